public import Foundation

/// Writes a file that appears complete or not at all.
///
/// Bytes go to a temporary file in the target's folder; ``finish()`` makes them durable (`fsync`),
/// renames the temporary over the target, and makes the renaming durable. A writer that is dropped
/// before it finished removes its temporary; one that was killed leaves it under a name that begins
/// with a dot and ends in `.tmp`.
@safe public struct AtomicFile: ~Copyable {
  private let target: String
  private let temporary: String
  private var descriptor: CInt
  private var pending: [UInt8] = []

  private static let blockSize = 1 << 20

  /// Opens a temporary file beside `target`.
  ///
  /// - Throws: ``FileError``.
  public init(_ target: URL) throws(FileError) {
    self.target = target.path
    let folder = target.deletingLastPathComponent().path
    temporary = "\(folder)/.\(target.lastPathComponent).\(getpid()).tmp"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.system(self.target) }
    pending.reserveCapacity(Self.blockSize)
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unsafe unlink(temporary)
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError``, for instance when the disk is full.
  public mutating func append(_ bytes: [UInt8]) throws(FileError) {
    if pending.count + bytes.count > Self.blockSize { try flush() }
    if bytes.count >= Self.blockSize {
      try unsafe write(bytes.span.bytes)
    } else {
      pending += bytes
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError``, for instance when the disk is full.
  public mutating func append(_ bytes: RawSpan) throws(FileError) {
    try flush()
    try write(bytes)
  }

  /// Makes the file appear under its name, with everything that was appended.
  ///
  /// - Throws: ``FileError``; the target is then what it was before.
  public consuming func finish() throws(FileError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileError.system(target) }
    guard unsafe Foundation.rename(temporary, target) == 0 else { throw FileError.system(target) }
    close(descriptor)
    descriptor = -1
    try Self.synchronize(folder: URL(fileURLWithPath: target).deletingLastPathComponent())
  }

  /// Writes a whole file.
  ///
  /// - Throws: ``FileError``; the target is then what it was before.
  public static func write(_ bytes: some Sequence<UInt8>, to target: URL) throws(FileError) {
    var file = try AtomicFile(target)
    try file.append([UInt8](bytes))
    try file.finish()
  }

  /// Makes a folder, with those above it, unless it exists.
  ///
  /// - Throws: ``FileError``.
  package static func makeFolder(_ folder: URL) throws(FileError) {
    let path = folder.path
    if unsafe mkdir(path, 0o755) == 0 { return }
    if errno == ENOENT, path != "/", !path.isEmpty {
      try makeFolder(folder.deletingLastPathComponent())
      if unsafe mkdir(path, 0o755) == 0 { return }
    }
    var status = stat()
    let code = errno
    guard code == EEXIST, unsafe stat(path, &status) == 0 else {
      throw .refused(path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .refused(path: path, code: ENOTDIR) }
  }

  /// Takes back ``makeFolder(_:)`` where nothing came of it.
  package static func removeFolderIfEmpty(_ folder: URL) {
    _ = unsafe rmdir(folder.path)
  }

  /// Renames a finished folder or file durably.
  package static func rename(_ source: URL, to target: URL) throws(FileError) {
    try synchronize(folder: source)
    guard unsafe Foundation.rename(source.path, target.path) == 0 else {
      throw FileError.system(target.path)
    }
    try synchronize(folder: target.deletingLastPathComponent())
  }

  /// Gives a file a second name, replacing what had that name; where the file system has no links, a
  /// copy.
  package static func link(_ source: URL, to target: URL) throws(FileError) {
    let folder = target.deletingLastPathComponent()
    let temporary = "\(folder.path)/.\(target.lastPathComponent).\(getpid()).tmp"
    unsafe unlink(temporary)
    if unsafe Foundation.link(source.path, temporary) != 0 {
      let file: MappedFile
      do { file = try MappedFile(path: source.path) } catch { throw FileError.system(source.path) }
      return try write(file.bytes(0..<file.count), to: target)
    }
    guard unsafe Foundation.rename(temporary, target.path) == 0 else {
      unsafe unlink(temporary)
      throw FileError.system(target.path)
    }
    // Renaming one name of a file to another name of the same file does nothing.
    unsafe unlink(temporary)
    try synchronize(folder: folder)
  }

  /// Makes the names in a folder durable.
  package static func synchronize(folder: URL) throws(FileError) {
    let descriptor = unsafe open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.system(folder.path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError.system(folder.path) }
  }

  private mutating func flush() throws(FileError) {
    guard !pending.isEmpty else { return }
    let bytes = pending
    pending.removeAll(keepingCapacity: true)
    try unsafe write(bytes.span.bytes)
  }

  private func write(_ bytes: RawSpan) throws(FileError) {
    var done = 0
    while done < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes { source in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: source[done...])
        return unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError.system(target) }
      done += count
    }
  }
}

/// Why a file or folder could not be read or written.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// The system refused; `code` is `errno`.
  case refused(path: String, code: CInt)
  /// The file's content is not what its name promises.
  case malformed(path: String, reason: String)

  static func system(_ path: String) -> FileError { .refused(path: path, code: errno) }

  /// One line that names the file and the way out.
  public var description: String {
    switch self {
    case .malformed(let path, let reason):
      return "\(path): \(reason)"
    case .refused(let path, let code):
      let reason = unsafe String(cString: strerror(code))
      let advice =
        switch code {
        case ENOSPC, EDQUOT: "; free some space and run the command again"
        case EACCES, EPERM, EROFS: "; choose a folder that you may write to"
        case ENOENT: "; check the path"
        default: ""
        }
      return "\(path): \(reason)\(advice)"
    }
  }
}
