import Foundation

/// A tensor in a mapped file: where its elements stand and what they are.
///
/// Nothing is copied until the elements are asked for. Elements need not be contiguous: the element
/// at indices i stands Σ i · stride elements after the first.
package struct StoredTensor: Sendable {
  /// What the elements are.
  package let type: ElementType
  /// Sizes, outermost first; empty for a scalar.
  package let shape: [Int]
  /// Distances in elements from one index to the next, as many as sizes; none is negative.
  package let strides: [Int]

  private let file: MappedFile
  // Place of the first element in the file.
  private let start: Int

  /// Number of elements.
  package var count: Int { shape.reduce(1, *) }

  /// Why a tensor cannot be where it is said to be.
  package enum Fault: Error, Equatable {
    /// A negative size, or a count that no file holds.
    case absurdShape
    /// A stride for each size is missing, or one is negative.
    case absurdStrides
    /// An element stands outside the bytes given to the tensor.
    case outOfBounds
    /// More elements than the bytes hold; some would be the same.
    case repeatedElements

    package var description: String {
      switch self {
      case .absurdShape: "has an absurd shape"
      case .absurdStrides: "has absurd strides"
      case .outOfBounds: "reaches beyond its bytes"
      case .repeatedElements: "has more elements than are stored"
      }
    }
  }

  /// A tensor among some of a file's bytes; its place is checked here, once.
  ///
  /// - Parameters:
  ///   - bytes: where the elements may be.
  ///   - offset: elements between the beginning of `bytes` and the tensor's first.
  ///   - strides: row-major without gaps by default.
  package init(
    _ file: MappedFile, _ bytes: Range<Int>, offset: Int = 0, type: ElementType, shape: [Int],
    strides: [Int]? = nil
  ) throws(Fault) {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= file.count)
    let capacity = bytes.count / type.bytes
    // The product of the sizes that are not zero, so that none is hidden behind a zero.
    var product = 1
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow else { throw .absurdShape }
      product = next
    }
    let strides = strides ?? Self.contiguous(shape)
    guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }) else {
      throw .absurdStrides
    }
    guard offset >= 0, offset <= capacity else { throw .outOfBounds }
    if !shape.contains(0) {
      var last = offset
      for (size, stride) in zip(shape, strides) {
        let (distance, far) = (size - 1).multipliedReportingOverflow(by: stride)
        let (place, farther) = last.addingReportingOverflow(distance)
        guard !far, !farther else { throw .outOfBounds }
        last = place
      }
      guard last < capacity else { throw .outOfBounds }
      guard product <= capacity else { throw .repeatedElements }
    }
    self.file = file
    self.type = type
    self.shape = shape
    self.strides = strides
    start = bytes.lowerBound + offset * type.bytes
  }

  private static func contiguous(_ shape: [Int]) -> [Int] {
    var stride = 1
    return shape.reversed().map { size in
      defer { stride *= max(size, 1) }
      return stride
    }.reversed()
  }

  /// Whether the elements follow each other in row-major order without gaps.
  package var isContiguous: Bool {
    zip(zip(shape, strides), Self.contiguous(shape)).allSatisfy { $0.0 == 1 || $0.1 == $1 }
  }

  /// The elements as single-precision numbers in row-major order, whatever the strides; `nil` when
  /// they are whole numbers.
  ///
  /// - Complexity: O(``count``).
  package func floats() -> [Float]? {
    guard type.isFloatingPoint else { return nil }
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let target = buffer.baseAddress { unsafe copy(to: target, .shared) }
      filled = count
    }
  }

  /// Whether another floating-point tensor of the same shape has the same numbers, in single precision.
  package func holdsNumbers(of other: StoredTensor) -> Bool {
    precondition(shape == other.shape, "\(shape) and \(other.shape)")
    if file === other.file, start == other.start, type == other.type, strides == other.strides {
      return true
    }
    return (0..<(shape.first ?? 1)).allSatisfy { row($0) == other.row($0) }
  }

  /// The elements of one of the outermost rows.
  private func row(_ index: Int) -> [Float] {
    let width = shape.dropFirst().reduce(1, *)
    return unsafe [Float](unsafeUninitializedCapacity: width) { buffer, filled in
      if let target = buffer.baseAddress { unsafe copy(index..<index + 1, to: target) }
      filled = width
    }
  }

  /// The elements of a tensor of 64-bit whole numbers in row-major order.
  package func integers() -> [Int]? {
    guard type == .int64 else { return nil }
    var result: [Int] = []
    visitRuns(of: 0..<(shape.first ?? 1)) { place, count, stride in
      for index in 0..<count {
        let bits = file.uint64(at: start + 8 * (place + index * stride))
        result.append(Int(truncatingIfNeeded: bits))
      }
    }
    return result
  }

  /// Writes the elements into a buffer, widened or rounded to single precision, in row-major order
  /// from `offset` on.
  ///
  /// - Precondition: `ElementType/isFloatingPoint`, and room for ``count`` floats.
  package func load(into buffer: FloatBuffer, at offset: Int = 0, pool: WorkerPool = .shared) {
    precondition(type.isFloatingPoint, "\(type)")
    precondition(offset >= 0 && offset + count <= buffer.count, "\(count) at \(offset)")
    unsafe copy(to: buffer.pointer + offset, pool)
  }

  /// Tells the system that the elements will not be read soon, so that their pages stop counting as
  /// this process's memory; they can be read again.
  package func discard() {
    guard isContiguous else { return }
    file.discard(start..<start + count * type.bytes)
  }

  /// Elements that one task copies.
  private static let chunk = 1 << 18

  @unsafe private func copy(to target: UnsafeMutablePointer<Float>, _ pool: WorkerPool) {
    guard count > 0 else { return }
    let rows = shape.first ?? 1
    let width = count / rows
    let tasks = min(rows, (count + Self.chunk - 1) / Self.chunk)
    let destination = unsafe Destination(target)
    pool.forEach(tasks) { task, _ in
      let range = task * rows / tasks..<(task + 1) * rows / tasks
      unsafe copy(range, to: destination.pointer + range.lowerBound * width)
    }
  }

  /// Writes the outermost rows in `range` one after another.
  @unsafe private func copy(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    var next = unsafe target
    file.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { bytes in
        visitRuns(of: range) { place, count, stride in
          let source = unsafe UnsafeRawBufferPointer(
            rebasing: bytes[(start + place * type.bytes)...])
          unsafe type.copy(source.baseAddress, count: count, stride: stride, to: next)
          unsafe next += count
        }
      }
    }
  }

  /// Calls `body` for each innermost row of the outermost rows in `range`, with its first element's
  /// place among the elements, its length and its stride.
  private func visitRuns(of range: Range<Int>, _ body: (_ place: Int, Int, Int) -> Void) {
    guard count > 0 else { return }
    guard let size = shape.last, let stride = strides.last else { return body(0, 1, 1) }
    if shape.count == 1 { return body(range.lowerBound * stride, range.count, stride) }
    if isContiguous {
      let width = count / shape[0]
      return body(range.lowerBound * width, range.count * width, 1)
    }
    var index = [Int](repeating: 0, count: shape.count - 1)
    index[0] = range.lowerBound
    while index[0] < range.upperBound {
      body(zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }, size, stride)
      var axis = index.count - 1
      index[axis] += 1
      while axis > 0, index[axis] == shape[axis] {
        index[axis] = 0
        axis -= 1
        index[axis] += 1
      }
    }
  }

  /// Where the tasks of ``copy(to:_:)`` write; each has its own part.
  @safe private struct Destination: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>

    init(_ pointer: UnsafeMutablePointer<Float>) { unsafe self.pointer = pointer }
  }
}

extension ElementType {
  /// Reads elements, `stride` apart, as single precision.
  @unsafe fileprivate func copy(
    _ source: UnsafeRawPointer?, count: Int, stride: Int, to target: UnsafeMutablePointer<Float>
  ) {
    guard let source = unsafe source else { return }
    @inline(__always) func each<Bits: FixedWidthInteger>(
      _ type: Bits.Type, _ value: (Bits) -> Float
    ) {
      let size = MemoryLayout<Bits>.size
      if stride == 1 {
        for index in 0..<count {
          let bits = unsafe source.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
          unsafe target[index] = value(Bits(littleEndian: bits))
        }
      } else {
        for index in 0..<count {
          let bits = unsafe source.loadUnaligned(
            fromByteOffset: index * stride * size, as: Bits.self)
          unsafe target[index] = value(Bits(littleEndian: bits))
        }
      }
    }
    switch self {
    case .float64: each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float32: each(UInt32.self) { Float(bitPattern: $0) }
    case .float16: each(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: preconditionFailure("\(self) is no floating-point number")
    }
  }
}
