package import Foundation

/// Where a result is to go, looked at before the work that it comes from: whether the folder is there or can
/// be made, whether it may be written to, and whether the name is free for a file.
package enum ResultPlace {
  /// Looks at the place of a file; one that is there already is replaced only if it is such a result itself.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - force: whether any file is replaced.
  ///   - isOwn: whether a file's content is such a result.
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(
    file path: String, force: Bool, isOwn: ([UInt8]) -> Bool = { _ in false }
  ) throws(FileError) {
    let url = URL(fileURLWithPath: path)
    var status = stat()
    if unsafe path.withSystemPath({ unsafe stat($0, &status) }) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .cannotWrite(path: path, reason: "it is a folder; name a file")
      case S_IFREG:
        // One of the process's own descriptors is no file to be replaced.
        let isKept = !isOfSystem(path) && !force
        if isKept, !isOwn((try? FileBytes.read(path)) ?? []) {
          throw .cannotWrite(
            path: path, reason: "it exists; name another file, or give --force to replace it")
        }
      default:
        // A device or a pipe is written to as it is.
        guard unsafe path.withSystemPath({ unsafe access($0, W_OK) }) == 0 else {
          throw .cannotWrite(path: path, reason: systemReason(.writing))
        }
        return
      }
    }
    // What the system keeps there leads to files that are open already.
    if isOfSystem(path) { return }
    try check(folder: url.deletingLastPathComponent().path)
  }

  private static func isOfSystem(_ path: String) -> Bool {
    ["/dev/", "/proc/"].contains(where: path.hasPrefix)
      || Folders.target(ofLink: path).map(isOfSystem) ?? false
  }

  /// Looks at a folder that may have to be made, with those above it.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(folder path: String) throws(FileError) {
    var url = URL(fileURLWithPath: path)
    while true {
      switch FolderListing.kind(of: url.path) {
      case .folder:
        guard unsafe url.path.withSystemPath({ unsafe access($0, W_OK | X_OK) }) == 0 else {
          throw .cannotWrite(path: path, reason: systemReason(.writing))
        }
        return
      case .other: throw .cannotWrite(path: url.path, reason: "it is a file, not a folder")
      case .missing:
        var status = stat()
        if unsafe url.path.withSystemPath({ unsafe lstat($0, &status) }) == 0 {
          throw .cannotWrite(path: url.path, reason: "it is a symbolic link that leads nowhere")
        }
        // Looking may also fail below a folder that may not be entered.
        if errno != ENOENT, errno != ENOTDIR {
          throw .cannotWrite(path: path, reason: systemReason(.writing))
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
