public import Foundation

/// A file that appears complete or not at all, whenever the process or the machine stops.
///
/// Bytes go to a hidden temporary file beside the target. ``finish()`` forces them to the disk,
/// renames the temporary onto the target and forces the folder to the disk. A file that is
/// abandoned before that is removed, and the target stays as it was; only a process killed by
/// the system leaves its temporary, `.NAME.HEX.partial`, behind, which
/// `removeAbandoned(in:)` knows by the lock that nobody holds any more. A symbolic link at the
/// target is replaced, not followed.
///
/// A device or a pipe, such as `/dev/stdout`, is written to as it is.
@safe public struct AtomicFile: ~Copyable {
  private let path: String
  /// `nil` where the target is no file that could be replaced.
  private let temporary: String?
  private let folder: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var finished = false

  private static let bufferSize = 1 << 20

  /// Opens a temporary file beside `url`; the folder must exist.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  public init(_ url: URL) throws(FileError) {
    let folder = url.deletingLastPathComponent().path
    let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let temporary = "\(folder)/.\(url.lastPathComponent).\(suffix).partial"
    let isDirect = Self.isDeviceOrPipe(url.path)
    let descriptor =
      isDirect
      ? unsafe open(url.path, O_WRONLY | O_CLOEXEC)
      : unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .cannotWrite(path: url.path, reason: systemReason())
    }
    if !isDirect { flock(descriptor, LOCK_EX | LOCK_NB) }
    path = url.path
    self.temporary = isDirect ? nil : temporary
    self.folder = folder
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    if !finished {
      close(descriptor)
      if let temporary { unsafe unlink(temporary) }
    }
  }

  private static func isDeviceOrPipe(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return [S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }

  /// Writes `bytes` as the whole file at `url`.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  public static func write(_ bytes: [UInt8], to url: URL) throws(FileError) {
    var file = try AtomicFile(url)
    try file.append(bytes)
    try file.finish()
  }

  /// Removes what killed processes left in a folder itself, at least ten seconds ago; what somebody still
  /// writes stays.
  package static func removeAbandoned(in folder: URL) {
    let names = (try? Folders.names(in: folder)) ?? []
    for name in names where isTemporary(name) {
      let path = "\(folder.path)/\(name)"
      let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      // One that was only just made may not be locked yet.
      let isOld =
        unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        && time(nil) - modified(status) > secondsToLock
      if isOld, flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
    }
  }

  private static let secondsToLock = 10

  /// Whether a name is `.NAME.HEX.partial`.
  private static func isTemporary(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, parts[parts.count - 1] == "partial" else {
      return false
    }
    let suffix = parts[parts.count - 2]
    return (1...16).contains(suffix.count)
      && suffix.allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  private static func modified(_ status: stat) -> Int {
    #if canImport(Darwin)
      status.st_mtimespec.tv_sec
    #else
      status.st_mtim.tv_sec
    #endif
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  public mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try unsafe append(bytes.span.bytes)
  }

  /// Adds bytes at the end, for instance those of a buffer of floats, without a copy when there
  /// are many.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  public mutating func append(_ bytes: RawSpan) throws(FileError) {
    if buffer.count + bytes.byteCount > Self.bufferSize {
      try flush()
    }
    if bytes.byteCount >= Self.bufferSize {
      try write(bytes)
    } else {
      unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
    }
  }

  /// Makes the file appear at its place, on the disk.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``; the target is then unchanged, unless only
  ///   the folder could not be forced to the disk.
  public consuming func finish() throws(FileError) {
    try flush()
    guard let temporary else { return }
    guard fsync(descriptor) == 0 else { throw error() }
    guard unsafe rename(temporary, path) == 0 else { throw error() }
    close(descriptor)
    finished = true
    try Folders.synchronize(URL(fileURLWithPath: folder))
  }

  private mutating func flush() throws(FileError) {
    try unsafe write(buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: RawSpan) throws(FileError) {
    var written = 0
    while written < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Foundation.write(
          descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw error()
      }
    }
  }

  private func error() -> FileError {
    .cannotWrite(path: path, reason: systemReason())
  }
}
