package import Foundation

/// Folders and names, made durable like the files in ``AtomicFile``.
package enum Folders {
  /// Makes a folder, with those above it, unless it exists.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func make(_ folder: URL) throws(FileError) {
    let path = folder.path
    if unsafe mkdir(path, 0o755) == 0 { return }
    if errno == ENOENT, path != "/", !path.isEmpty {
      try make(folder.deletingLastPathComponent())
      if unsafe mkdir(path, 0o755) == 0 { return }
    }
    let reason = systemReason()
    switch FolderListing.kind(of: path) {
    case .folder: return
    case .missing: throw .cannotWrite(path: path, reason: reason)
    case .other: throw .cannotWrite(path: path, reason: "it is a file, not a folder")
    }
  }

  /// The names in a folder, in no particular order; none where there is no folder.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``.
  package static func names(in folder: URL) throws(FileError) -> [String] {
    if FolderListing.kind(of: folder.path) == .missing { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .cannotRead(path: folder.path, reason: error.localizedDescription)
    }
  }

  /// Takes back ``make(_:)`` where nothing came of it.
  package static func removeIfEmpty(_ folder: URL) {
    _ = unsafe rmdir(folder.path)
  }

  /// Renames a finished folder.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func rename(_ source: URL, to target: URL) throws(FileError) {
    try synchronize(source)
    guard unsafe Foundation.rename(source.path, target.path) == 0 else {
      throw .cannotWrite(path: target.path, reason: systemReason())
    }
    try synchronize(target.deletingLastPathComponent())
  }

  /// Gives a file a second name, replacing what had that name; where the file system has no links,
  /// a copy.
  ///
  /// - Throws: ``FileError``.
  package static func link(_ source: URL, to target: URL) throws(FileError) {
    let folder = target.deletingLastPathComponent()
    let temporary = "\(folder.path)/.\(target.lastPathComponent).link"
    // One that a killed process left.
    unsafe unlink(temporary)
    if unsafe Foundation.link(source.path, temporary) != 0 {
      return try AtomicFile.write(FileBytes.read(source.path, limit: .max), to: target)
    }
    guard unsafe Foundation.rename(temporary, target.path) == 0 else {
      let reason = systemReason()
      unsafe unlink(temporary)
      throw .cannotWrite(path: target.path, reason: reason)
    }
    // Renaming one name of a file to another name of the same file does nothing.
    unsafe unlink(temporary)
    try synchronize(folder)
  }

  /// Forces the names in a folder to the disk.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  static func synchronize(_ folder: URL) throws(FileError) {
    let descriptor = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .cannotWrite(path: folder.path, reason: systemReason())
    }
    defer { close(descriptor) }
    // Some file systems cannot force a folder and say EINVAL; there is nothing more to do then.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .cannotWrite(path: folder.path, reason: systemReason())
    }
  }
}
