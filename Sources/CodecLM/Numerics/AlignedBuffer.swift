import Foundation
import Synchronization

/// Single precision, the numbers of models.
package typealias FloatBuffer = AlignedBuffer<Float>

/// Owner of zero-initialised, 64-byte aligned memory for `count` numbers.
///
/// Buffers of 2 MiB and more come straight from the kernel with huge pages requested: fewer page
/// faults, and fewer misses in address translation.
///
/// - Invariant: memory is allocated once and never moves. Sendable because access is coordinated by
///   its user: at any time, each element has one writer or any number of readers, and
///   ``WorkerPool/forEach(_:_:)`` orders what its workers write before what follows it. Nothing checks
///   this, so that buffers and their views stay inside the package.
@safe package final class AlignedBuffer<Scalar: MatrixScalar>: @unchecked Sendable {
  /// Number of elements.
  package let count: Int

  package let pointer: UnsafeMutablePointer<Scalar>
  private let mappedBytes: Int

  /// How many buffers this process has allocated so far, of all kinds of numbers.
  ///
  /// A training step must not change it.
  package static var allocations: Int { allocationCount.load(ordering: .relaxed) }

  /// Allocates `count` numbers, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(count: Int) throws {
    precondition(count >= 0, "negative count \(count)")
    let (bytes, overflow) = max(count, 1)
      .multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
    guard !overflow, bytes <= Int.max / 2 else { throw NumericsError.outOfMemory(bytes: .max) }
    self.count = count
    if bytes >= hugePage {
      let rounded = (bytes + hugePage - 1) / hugePage * hugePage
      let flags = MAP_PRIVATE | MAP_ANONYMOUS
      guard
        let base = unsafe mmap(nil, rounded, PROT_READ | PROT_WRITE, flags, -1, 0),
        unsafe base != MAP_FAILED
      else { throw NumericsError.outOfMemory(bytes: rounded) }
      #if os(Linux)
        unsafe madvise(base, rounded, Int32(MADV_HUGEPAGE))
      #endif
      mappedBytes = rounded
      unsafe pointer = base.bindMemory(to: Scalar.self, capacity: count)
    } else {
      let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
      unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      mappedBytes = 0
      unsafe pointer = base.bindMemory(to: Scalar.self, capacity: max(count, 1))
    }
    allocationCount.add(1, ordering: .relaxed)
  }

  deinit {
    if mappedBytes > 0 {
      unsafe munmap(pointer, mappedBytes)
    } else {
      unsafe pointer.deallocate()
    }
  }

  /// Sets every element to zero.
  package func zero() {
    unsafe pointer.update(repeating: 0, count: count)
  }

  /// Copies all elements of a buffer of the same count into this one.
  package func copy(from other: AlignedBuffer) {
    precondition(other.count == count, "copy of \(other.count) numbers into \(count)")
    unsafe pointer.update(from: other.pointer, count: count)
  }

  /// Calls `body` with the elements, read-only, in their place.
  @inlinable package func withSpan<Result>(
    _ body: (Span<Scalar>) throws -> Result
  ) rethrows -> Result {
    let elements = unsafe UnsafeBufferPointer(start: pointer, count: count)
    return try unsafe body(Span(_unsafeElements: elements))
  }

  /// Calls `body` with the elements, writable, in their place.
  @inlinable package func withMutableSpan<Result>(
    _ body: (inout MutableSpan<Scalar>) throws -> Result
  ) rethrows -> Result {
    let elements = unsafe UnsafeMutableBufferPointer(start: pointer, count: count)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    return try body(&span)
  }

  /// Calls `body` with the raw bytes of the elements, in the machine's byte order.
  package func withBytes<Result>(
    _ range: Range<Int>, _ body: (RawSpan) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) numbers")
    let bytes = unsafe UnsafeRawBufferPointer(
      start: pointer + range.lowerBound, count: range.count * MemoryLayout<Scalar>.stride)
    return try unsafe body(RawSpan(_unsafeBytes: bytes))
  }
}

// A generic class has no stored static properties.
private let allocationCount = Atomic<Int>(0)
private let hugePage = 2 << 20
private let alignment = 64
