import Foundation
import Synchronization

/// Owner of zero-initialised, 64-byte aligned memory for `count` floats.
///
/// Buffers of 2 MiB and more come straight from the kernel with huge pages requested: fewer page
/// faults, and fewer misses in address translation.
///
/// - Invariant: memory is allocated once and never moves. Sendable because access is coordinated by
///   its user: at any time, each element has one writer or any number of readers, and
///   ``WorkerPool/forEach(_:_:)`` orders what its workers write before what follows it.
@safe public final class FloatBuffer: @unchecked Sendable {
  /// Number of floats.
  public let count: Int

  package let pointer: UnsafeMutablePointer<Float>
  private let mappedBytes: Int

  /// How many buffers this process has allocated so far.
  ///
  /// A training step must not change it.
  package static var allocations: Int { allocationCount.load(ordering: .relaxed) }
  private static let allocationCount = Atomic<Int>(0)

  private static let hugePage = 2 << 20
  private static let alignment = 64

  /// Allocates `count` floats, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(count: Int) throws {
    precondition(count >= 0, "negative count \(count)")
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: 4)
    guard !overflow, bytes <= Int.max / 2 else { throw NumericsError.outOfMemory(bytes: .max) }
    self.count = count
    if bytes >= Self.hugePage {
      let rounded = (bytes + Self.hugePage - 1) / Self.hugePage * Self.hugePage
      let flags = MAP_PRIVATE | MAP_ANONYMOUS
      guard
        let base = unsafe mmap(nil, rounded, PROT_READ | PROT_WRITE, flags, -1, 0),
        unsafe base != MAP_FAILED
      else { throw NumericsError.outOfMemory(bytes: rounded) }
      #if os(Linux)
        unsafe madvise(base, rounded, Int32(MADV_HUGEPAGE))
      #endif
      mappedBytes = rounded
      unsafe pointer = base.bindMemory(to: Float.self, capacity: count)
    } else {
      let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
      unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      mappedBytes = 0
      unsafe pointer = base.bindMemory(to: Float.self, capacity: max(count, 1))
    }
    Self.allocationCount.add(1, ordering: .relaxed)
  }

  deinit {
    if mappedBytes > 0 {
      unsafe munmap(pointer, mappedBytes)
    } else {
      unsafe pointer.deallocate()
    }
  }

  /// Sets every element to zero.
  public func zero() {
    unsafe pointer.update(repeating: 0, count: count)
  }

  /// Copies all elements of a buffer of the same count into this one.
  public func copy(from other: FloatBuffer) {
    precondition(other.count == count, "copy of \(other.count) floats into \(count)")
    unsafe pointer.update(from: other.pointer, count: count)
  }

  /// Calls `body` with the elements, read-only, in their place.
  public func withSpan<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    let elements = unsafe UnsafeBufferPointer(start: pointer, count: count)
    return try unsafe body(Span(_unsafeElements: elements))
  }

  /// Calls `body` with the elements, writable, in their place.
  public func withMutableSpan<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    let elements = unsafe UnsafeMutableBufferPointer(start: pointer, count: count)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    return try body(&span)
  }

  /// Calls `body` with the raw bytes of the elements, in the machine's byte order.
  package func withBytes<Result>(
    _ range: Range<Int>, _ body: (RawSpan) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) floats")
    let bytes = unsafe UnsafeRawBufferPointer(
      start: pointer + range.lowerBound, count: range.count * 4)
    return try unsafe body(RawSpan(_unsafeBytes: bytes))
  }
}
