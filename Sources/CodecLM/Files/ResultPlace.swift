package import Foundation

/// Where a result is to go, looked at before the work that it comes from: whether the folder is there or can
/// be made, whether it may be written to, and whether the name is free for a file.
package enum ResultPlace {
  /// Looks at the place of a file; one that is there already is replaced only if it is such a result itself.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - force: whether any file is replaced but those that are read.
  ///   - read: files that are read.
  ///   - command: what writes the result, as ``write(_:to:by:)`` notes it; what it wrote and nobody changed is
  ///     replaced.
  ///   - isOwn: whether a file's content is such a result, where the file system keeps no marks or the result
  ///     gets none.
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(
    file path: String, force: Bool, reading read: [String] = [], by command: String? = nil,
    isOwn: ([UInt8]) -> Bool = { _ in false }
  ) throws(FileError) {
    // A device, a pipe or a descriptor is written to as it is.
    if AtomicFile.isWrittenThrough(path) {
      guard unsafe path.withSystemPath({ unsafe access($0, W_OK) }) == 0 else {
        throw .cannotWrite(path: path, reason: SystemFault(.writing))
      }
      return
    }
    if FolderListing.kind(of: path) == .folder {
      throw .cannotWrite(path: path, reason: PlaceFault.isFolder)
    }
    let isTaken =
      FolderListing.kind(of: path.folderOfPath) == .folder && !FolderListing.nothingIs(at: path)
    if isTaken {
      if let reason = FolderListing.obstacle(at: path) {
        throw .cannotWrite(path: path, reason: reason)
      }
      if let identity = FileIdentity(path), read.contains(where: { FileIdentity($0) == identity }) {
        throw .cannotWrite(path: path, reason: PlaceFault.isRead)
      }
      let bytes = (try? FileBytes.read(path)) ?? []
      let isReplaced =
        if let command, try AtomicFile.keepsMarks(in: path.folderOfPath) {
          FileMark(ofFile: path).map { $0.command == command && $0.fits(bytes) } ?? false
        } else {
          isOwn(bytes)
        }
      if !force, !isReplaced {
        throw .cannotWrite(path: path, reason: PlaceFault.exists)
      }
    }
    try check(folder: path.folderOfPath)
  }

  /// Looks at a folder that may have to be made, with those above it.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func check(folder path: String) throws(FileError) {
    var url = URL(place: path)
    while true {
      switch FolderListing.kind(of: url.path) {
      case .folder:
        guard unsafe url.path.withSystemPath({ unsafe access($0, W_OK | X_OK) }) == 0 else {
          throw .cannotWrite(path: path, reason: SystemFault(.writing))
        }
        return
      case .other: throw .cannotWrite(path: url.path, reason: PlaceFault.isFile)
      case .missing:
        var status = stat()
        if unsafe url.path.withSystemPath({ unsafe lstat($0, &status) }) == 0 {
          throw .cannotWrite(path: url.path, reason: PlaceFault.danglingLink)
        }
        // Looking may also fail below a folder that may not be entered.
        if errno != ENOENT, errno != ENOTDIR {
          throw .cannotWrite(path: path, reason: SystemFault(.writing))
        }
        guard url.path != "/", !url.path.isEmpty else {
          throw .cannotWrite(path: path, reason: PlaceFault.noFolder)
        }
        url.deleteLastPathComponent()
      }
    }
  }

  /// Writes a result, with a mark of the command that made it; the folder is made if it is not there.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func write(
    _ bytes: [UInt8], to path: String, by command: String
  ) throws(FileError) {
    try Folders.make(path.folderOfPath)
    let mark = FileMark(bytes, command: command, isDerived: true)
    try AtomicFile.write(bytes, path: path, mark: mark)
  }

  /// The place of a file, in a folder that is made if it is not there.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func file(_ path: String) throws(FileError) -> URL {
    let url = URL(place: path)
    try Folders.make(url.deletingLastPathComponent())
    return url
  }
}
