package import Foundation

/// A file that appears complete or not at all, whenever the process or the machine stops.
///
/// Bytes go to a hidden temporary file in the target's folder. ``finish()`` forces them to the disk,
/// renames the temporary onto the target and forces the folder to the disk. A file that is
/// abandoned before that is removed, and the target stays as it was; only a process killed by
/// the system leaves its temporary, `.jpeglm-HEX.partial`, behind, which
/// `removeAbandoned(in:)` knows by the lock that nobody holds any more. A symbolic link at the
/// target is replaced, not followed, unless it leads to a device or one of the process's own descriptors.
///
/// A device, a pipe or a descriptor, such as `/dev/stdout`, is written to as it is.
@safe package struct AtomicFile: ~Copyable {
  /// What becomes of what stands at the target, and whether the disk is waited for.
  package enum Mode: Sendable {
    /// The target is replaced; all is forced to the disk.
    case durable
    /// The target is replaced; the system writes when it likes. For files of which there are many and
    /// that can be made again: see `Folders/synchronizeAll(_:)`.
    case bulk
    /// As `bulk`, and it is an error if there is anything at the target already.
    case bulkNew
  }

  private let path: String
  /// `nil` where the target is no file that could be replaced.
  private let temporary: String?
  private let descriptor: Int32
  private let mode: Mode
  private var buffer: [UInt8] = []
  private var finished = false

  private static let bufferSize = 1 << 20

  /// Opens a temporary file beside `url`; the folder must exist.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package init(_ url: URL) throws(FileError) {
    try self.init(path: url.path)
  }

  /// Opens a temporary file beside the file at `path`; the folder must exist.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package init(path: String, _ mode: Mode = .durable) throws(FileError) {
    let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let hex = String(repeating: "0", count: Self.digits - suffix.count) + suffix
    let temporary = "\(path.folderOfPath)/\(Self.prefix)\(hex)\(Self.suffix)"
    let direct = OpenTarget(path)?.open()
    let descriptor = direct ?? Self.create(temporary)
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
    if direct == nil { flock(descriptor, LOCK_EX | LOCK_NB) }
    self.path = path
    self.temporary = direct == nil ? temporary : nil
    self.descriptor = descriptor
    self.mode = mode
  }

  deinit {
    if !finished {
      close(descriptor)
      if let temporary { Folders.unlink(temporary) }
    }
  }

  /// Writes `bytes` as the whole file at `url`.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func write(_ bytes: [UInt8], to url: URL) throws(FileError) {
    try write(bytes, path: url.path)
  }

  /// Writes `bytes` as the whole file at `path`.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func write(
    _ bytes: [UInt8], path: String, _ mode: Mode = .durable, mark: FileMark? = nil
  ) throws(FileError) {
    var file = try AtomicFile(path: path, mode)
    try file.append(bytes)
    if file.temporary != nil { mark?.set(on: file.descriptor) }
    try file.finish()
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try unsafe append(bytes.span.bytes)
  }

  /// Adds bytes at the end, for instance those of a buffer of floats, without a copy when there
  /// are many.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package mutating func append(_ bytes: RawSpan) throws(FileError) {
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
  package consuming func finish() throws(FileError) {
    try flush()
    guard let temporary else { return }
    // What is not forced may be refused as late as when the file is closed.
    let isWhole = mode == .durable ? fsync(descriptor) == 0 : close(dup(descriptor)) == 0
    guard isWhole else { throw error() }
    guard mode == .bulkNew ? appear(temporary) : Folders.move(temporary, to: path) else {
      throw error()
    }
    close(descriptor)
    finished = true
    if mode == .durable { try Folders.synchronize(path.folderOfPath) }
  }

  /// Whether what is at a path would be written to as it is, and not replaced.
  static func isWrittenThrough(_ path: String) -> Bool { OpenTarget(path) != nil }

  private static func create(_ path: String) -> Int32 {
    unsafe path.withSystemPath {
      unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
  }

  /// Gives the temporary the target's name where nothing has it, as one step of the file system if it
  /// can.
  private func appear(_ temporary: String) -> Bool {
    if Folders.link(temporary, to: path) {
      Folders.unlink(temporary)
      return true
    }
    // Some file systems have no second names.
    guard errno != EEXIST, FolderListing.nothingIs(at: path) else {
      errno = EEXIST
      return false
    }
    return Folders.move(temporary, to: path)
  }

  private mutating func flush() throws(FileError) {
    try unsafe write(buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: RawSpan) throws(FileError) {
    guard Descriptor.write(bytes, to: descriptor) else { throw error() }
  }

  private func error() -> FileError {
    .cannotWrite(path: path, reason: SystemFault(.writing))
  }
}

extension AtomicFile {
  private static let prefix = ".jpeglm-"
  private static let suffix = ".partial"
  private static let digits = 16
  private static let secondsToLock = 10

  /// Whether files in a folder keep a `FileMark`.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)`` where no file can be made.
  static func keepsMarks(in folder: String) throws(FileError) -> Bool {
    let file = try AtomicFile(path: "\(folder)/mark")
    return FileMark([], command: "", isDerived: false).set(on: file.descriptor)
  }

  /// Removes what killed processes left in a folder itself, at least ten seconds ago; what somebody still
  /// writes stays.
  package static func removeAbandoned(in folder: String) {
    let names = (try? Folders.names(in: folder)) ?? []
    for name in names where isTemporary(name) {
      let path = "\(folder)/\(name)"
      let descriptor = unsafe path.withSystemPath {
        unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      }
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      // One that was only just made may not be locked yet.
      let isOld =
        unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        && time(nil) - modified(status) > secondsToLock
      if isOld, flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Folders.unlink(path) }
    }
  }

  /// Whether a name is `.jpeglm-HEX.partial`, with 16 digits.
  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    return digits.utf8.count == Self.digits
      && digits.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
  }

  private static func modified(_ status: stat) -> Int {
    #if canImport(Darwin)
      status.st_mtimespec.tv_sec
    #else
      status.st_mtim.tv_sec
    #endif
  }
}

/// What is written to as it stands: a device, a pipe, or a descriptor of this process by one of its names.
private enum OpenTarget {
  case descriptor(Int32)
  case special(String)

  /// `nil` for a file, a folder, and where there is nothing.
  init?(_ path: String) {
    if let number = Self.descriptor(of: path) {
      self = .descriptor(number)
      return
    }
    var status = stat()
    guard unsafe path.withSystemPath({ unsafe stat($0, &status) }) == 0,
      [S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    else { return nil }
    self = .special(path)
  }

  /// The descriptor that a path names, itself or at the end of symbolic links; opened anew, a file behind it
  /// would be written from its beginning.
  private static func descriptor(of path: String) -> Int32? {
    var path = path
    for _ in 0..<16 {
      if let number = named(path) { return number }
      guard let target = Folders.target(ofLink: path) else { return nil }
      path = target.hasPrefix("/") ? target : "\(path.folderOfPath)/\(target)"
    }
    return nil
  }

  private static func named(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return 0
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default: break
    }
    for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"]
    where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  func open() -> Int32 {
    switch self {
    case .descriptor(let number): fcntl(number, F_DUPFD_CLOEXEC, 0)
    case .special(let path):
      unsafe path.withSystemPath { unsafe Foundation.open($0, O_WRONLY | O_CLOEXEC) }
    }
  }
}
