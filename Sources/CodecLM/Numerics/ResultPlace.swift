package import Foundation

/// Where a result is to go, looked at before the work that it comes from: whether the folder is there or can
/// be made, whether it may be written to, and whether the name is free for a file.
package enum ResultPlace {
  /// Looks at the place of a file that may be there already.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(file path: String) throws(FileError) {
    let url = URL(fileURLWithPath: path)
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .cannotWrite(path: path, reason: "it is a folder; name a file")
      case S_IFREG: break
      default:
        // A device or a pipe is written to as it is.
        guard unsafe access(path, W_OK) == 0 else {
          throw .cannotWrite(path: path, reason: systemReason())
        }
        return
      }
    }
    // What the system keeps there leads to files that are open already.
    if ["/dev/", "/proc/"].contains(where: url.path.hasPrefix) { return }
    try check(folder: url.deletingLastPathComponent().path)
  }

  /// Looks at a folder that may have to be made, with those above it.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(folder path: String) throws(FileError) {
    var url = URL(fileURLWithPath: path)
    while true {
      switch FolderListing.kind(of: url.path) {
      case .folder:
        guard unsafe access(url.path, W_OK | X_OK) == 0 else {
          throw .cannotWrite(path: path, reason: systemReason())
        }
        return
      case .other: throw .cannotWrite(path: url.path, reason: "it is a file, not a folder")
      case .missing:
        var status = stat()
        if unsafe lstat(url.path, &status) == 0 {
          throw .cannotWrite(path: url.path, reason: "it is a symbolic link that leads nowhere")
        }
        // Looking may also fail below a folder that may not be entered.
        if errno != ENOENT, errno != ENOTDIR {
          throw .cannotWrite(path: path, reason: systemReason())
        }
        guard url.path != "/", !url.path.isEmpty else {
          throw .cannotWrite(path: path, reason: "there is no such folder")
        }
        url.deleteLastPathComponent()
      }
    }
  }

  /// The place of a file, in a folder that is made if it is not there.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func file(_ path: String) throws(FileError) -> URL {
    let url = URL(fileURLWithPath: path)
    try Folders.make(url.deletingLastPathComponent())
    return url
  }
}
