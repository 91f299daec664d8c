package import Foundation

/// Folders of the user who runs the process.
package enum UserFolders {
  /// The folder for what can be made or loaded again: `~/Library/Caches` on macOS, elsewhere what
  /// `XDG_CACHE_HOME` names by an absolute path, else `~/.cache`.
  ///
  /// - Parameter environment: where variables are looked up.
  package static func caches(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL {
    #if os(macOS)
      return home(environment).appendingPathComponent("Library/Caches")
    #else
      if let named = environment["XDG_CACHE_HOME"], named.hasPrefix("/") {
        return URL(place: named)
      }
      return home(environment).appendingPathComponent(".cache")
    #endif
  }

  /// What `HOME` names, else what the password database says.
  package static func home(_ environment: [String: String]) -> URL {
    if let named = environment["HOME"], !named.isEmpty { return URL(place: named) }
    guard let user = unsafe getpwuid(getuid()), let folder = unsafe user.pointee.pw_dir else {
      return FileManager.default.temporaryDirectory
    }
    return URL(place: unsafe String(cString: folder))
  }
}
