internal import CFiles
package import Foundation

/// Folders and names, made durable like the files in `AtomicFile`.
package enum Folders {
  /// Makes a folder, with those above it, unless it exists.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func make(_ folder: URL) throws(FileError) { try make(folder.path) }

  /// Makes the folder at `path`, with those above it, unless it exists.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func make(_ path: String) throws(FileError) {
    func attempt() -> Bool { unsafe path.withSystemPath { unsafe mkdir($0, 0o755) } == 0 }
    if attempt() { return }
    if errno == ENOENT, path != "/", !path.isEmpty, path.folderOfPath != path {
      try make(path.folderOfPath)
      if attempt() { return }
    }
    let reason = SystemFault(.writing)
    switch FolderListing.kind(of: path) {
    case .folder: return
    case .missing: throw .cannotWrite(path: path, reason: reason)
    case .other: throw .cannotWrite(path: path, reason: PlaceFault.isFile)
    }
  }

  /// The names in a folder, in no particular order; none where there is no folder.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``.
  package static func names(in folder: URL) throws(FileError) -> [String] {
    try names(in: folder.path)
  }

  /// The names in the folder at `path`, in no particular order; none where there is no folder.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``.
  package static func names(in path: String) throws(FileError) -> [String] {
    if FolderListing.kind(of: path) == .missing { return [] }
    guard let stream = unsafe path.withSystemPath({ unsafe opendir($0) }) else {
      throw .cannotRead(path: path, reason: SystemFault(.reading))
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe Self.name(of: entry)
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .cannotRead(path: path, reason: SystemFault(.reading)) }
    return names
  }

  /// The name that `readdir` gave.
  static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
        unsafe String(fileName: UnsafeBufferPointer(start: start, count: strlen(start)))
      }
    }
  }

  /// Takes back ``make(_:)-(URL)`` where nothing came of it.
  package static func removeIfEmpty(_ folder: URL) { removeIfEmpty(folder.path) }

  /// Takes back ``make(_:)-(String)`` where nothing came of it.
  package static func removeIfEmpty(_ path: String) {
    _ = unsafe path.withSystemPath { unsafe rmdir($0) }
  }

  /// Removes a folder and all below it, as far as that may be.
  package static func removeTree(_ path: String) {
    // A symbolic link is removed, not followed.
    if target(ofLink: path) == nil, FolderListing.kind(of: path) == .folder {
      for name in (try? names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
      removeIfEmpty(path)
    } else {
      unlink(path)
    }
  }

  /// The folder that relative paths begin in.
  static var current: String {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let isKnown = unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe getcwd(start.assumingMemoryBound(to: CChar.self), buffer.count) != nil
    }
    return isKnown ? String(fileName: bytes.prefix { $0 != 0 }) : "."
  }

  /// Renames a finished folder.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func rename(_ source: URL, to target: URL) throws(FileError) {
    try synchronize(source.path)
    guard move(source.path, to: target.path) else {
      throw .cannotWrite(path: target.path, reason: SystemFault(.writing))
    }
    try synchronize(target.path.folderOfPath)
  }

  /// Gives a file a second name, replacing what had that name; where the file system has no links,
  /// a copy.
  ///
  /// - Throws: ``FileError``.
  package static func link(_ source: URL, to target: URL) throws(FileError) {
    let folder = target.path.folderOfPath
    let temporary = "\(folder)/.\(target.path.lastNameOfPath).link"
    // One that a killed process left.
    unlink(temporary)
    guard link(source.path, to: temporary) else {
      return try AtomicFile.write(FileBytes.read(source.path, limit: .max), to: target)
    }
    guard move(temporary, to: target.path) else {
      let reason = SystemFault(.writing)
      unlink(temporary)
      throw .cannotWrite(path: target.path, reason: reason)
    }
    // Renaming one name of a file to another name of the same file does nothing.
    unlink(temporary)
    try synchronize(folder)
  }

  /// Forces the names in the folder at `path` to the disk.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  static func synchronize(_ path: String) throws(FileError) {
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
    defer { close(descriptor) }
    // Some file systems cannot force a folder and say EINVAL; there is nothing more to do then.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
  }

  /// Forces all that was written on the file system of the folder at `path` to its disk, in one go.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func synchronizeAll(_ path: String) throws(FileError) {
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
    defer { close(descriptor) }
    guard codeclm_sync_file_system(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
  }

  /// The system's calls, on paths as they stand in a `String`; those that can fail say so, with `errno`.
  static func unlink(_ path: String) {
    _ = unsafe path.withSystemPath { unsafe Foundation.unlink($0) }
  }

  static func move(_ source: String, to target: String) -> Bool {
    unsafe source.withSystemPath { source in
      unsafe target.withSystemPath { unsafe Foundation.rename(source, $0) == 0 }
    }
  }

  static func link(_ source: String, to target: String) -> Bool {
    unsafe source.withSystemPath { source in
      unsafe target.withSystemPath { unsafe Foundation.link(source, $0) == 0 }
    }
  }

  /// Where a symbolic link leads, as it says; `nil` for what is none.
  static func target(ofLink path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe path.withSystemPath { path in
        guard let start = buffer.baseAddress else { return -1 }
        return unsafe readlink(
          path, start.assumingMemoryBound(to: CChar.self), buffer.count)
      }
    }
    return count > 0 ? String(fileName: bytes.prefix(count)) : nil
  }
}
