import Foundation

/// A file's bytes, mapped read-only: opening costs no copy, and the system loads pages as they are
/// read.
///
/// - Invariant: the mapping lives as long as the object and nobody writes through it. A file that
///   another process truncates while it is mapped is outside this guarantee; CodecLM replaces its
///   own files by renaming, which leaves existing mappings whole.
@safe package final class MappedFile: @unchecked Sendable {
  /// Number of bytes.
  package let count: Int
  /// Where the file was found.
  package let path: String

  private let base: UnsafeRawPointer?

  /// Maps the file at `path`.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``, ``FileError/pointer(path:)``.
  package init(path: String) throws(FileError) {
    let descriptor = unsafe path.withSystemPath { unsafe open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw Self.error(path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Self.error(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotRead(path: path, reason: PlaceFault.notRegular)
    }
    self.path = path
    count = Int(status.st_size)
    if count == 0 {
      unsafe base = nil
    } else {
      guard
        let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
        unsafe address != MAP_FAILED
      else { throw Self.error(path) }
      unsafe base = UnsafeRawPointer(address)
    }
    if count < FileBytes.largestPointer, FileBytes.isPointer(bytes(0..<count)) {
      throw .pointer(path: path)
    }
  }

  deinit {
    if let base = unsafe base {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    }
  }

  private static func error(_ path: String) -> FileError {
    .cannotRead(path: path, reason: SystemFault(.reading))
  }

  /// Calls `body` with the file's bytes in their place.
  package func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try unsafe body(RawSpan(_unsafeBytes: bytes))
  }

  /// Calls `body` with the bytes in `range` in their place, with checked subscripts.
  package func withBytes<Result>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) bytes")
    let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try unsafe body(Span(_unsafeBytes: bytes[range]))
  }

  /// A copy of the bytes in `range`.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) bytes")
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count)[range])
  }

  /// Tells the system that the bytes in `range` will not be read soon: their pages stop counting as
  /// this process's memory, and come back when they are read again.
  package func discard(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) bytes")
    guard let base = unsafe base else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = range.lowerBound / page * page
    unsafe madvise(
      UnsafeMutableRawPointer(mutating: base + first), range.upperBound - first,
      Int32(MADV_DONTNEED))
  }

  /// The little-endian unsigned integer at `offset`, which needs no alignment.
  package func integer<Value: FixedWidthInteger & UnsignedInteger>(
    at offset: Int, as type: Value.Type
  ) -> Value {
    let size = MemoryLayout<Value>.size
    precondition(offset >= 0 && offset <= count - size, "\(size) bytes at \(offset) of \(count)")
    return Value(
      littleEndian: unsafe UnsafeRawBufferPointer(start: base, count: count)
        .loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The little-endian 64-bit unsigned integer at `offset`, which needs no alignment.
  package func uint64(at offset: Int) -> UInt64 { integer(at: offset, as: UInt64.self) }
}
