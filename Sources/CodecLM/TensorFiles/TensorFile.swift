/// A file, or several that belong together, of tensors by name.
package protocol TensorFile: Sendable {
  /// What to call it in a message.
  var path: String { get }
  /// The tensors by name.
  var tensors: [String: StoredTensor] { get }
}

extension TensorFile {
  /// The floating-point tensor of a name and a shape.
  ///
  /// - Throws: ``FileError`` when it is missing or has another shape or type.
  package func tensor(_ name: String, shape: [Int]) throws(FileError) -> StoredTensor {
    guard let tensor = tensors[name] else {
      throw .malformed(path: path, reason: TensorFault.missing(name))
    }
    guard tensor.shape == shape else {
      throw .malformed(
        path: path,
        reason: TensorFault.shape(name, found: tensor.shape, expected: shape))
    }
    guard tensor.type.isFloatingPoint else {
      throw .malformed(path: path, reason: TensorFault.type(name, tensor.type))
    }
    return tensor
  }

  /// Reads a tensor into a buffer from `offset` on as single precision, checks its numbers and lets its
  /// pages go.
  ///
  /// - Throws: ``FileError`` when it is missing, has another shape or type, or when a number of it is
  ///   infinite or not a number in single precision.
  func loadFinite(
    _ name: String, shape: [Int], into buffer: FloatBuffer, at offset: Int,
    pool: WorkerPool = .shared
  ) throws(FileError) {
    let tensor = try tensor(name, shape: shape)
    tensor.load(into: buffer, at: offset, pool: pool)
    tensor.discard()
    let (start, count) = (offset, tensor.count)
    let areFinite = pool.map((count + checkedAtOnce - 1) / checkedAtOnce) { task in
      let range = task * checkedAtOnce..<min((task + 1) * checkedAtOnce, count)
      // A float's square is within double precision's range, and so is the sum of all.
      return Kernels.sumOfSquares(buffer, start + range.lowerBound..<start + range.upperBound)
        .isFinite
    }
    guard !areFinite.contains(false) else {
      throw .malformed(path: path, reason: TensorFault.notFinite(name))
    }
  }

  /// The elements of a floating-point tensor in row-major order, if there is one of this name.
  package func floats(_ name: String) -> [Float]? { tensors[name]?.floats() }

  /// The elements of a tensor of whole numbers (I64).
  package func integers(_ name: String) -> [Int]? { tensors[name]?.integers() }

  /// Reads the tensors of a layout into a buffer of that layout as single precision.
  ///
  /// - Throws: ``FileError`` when one is missing or has another shape or type.
  package func load(
    _ layout: BufferLayout, prefix: String = "", into buffer: FloatBuffer
  ) throws(FileError) {
    for region in layout.regions {
      try tensor(prefix + region.name, shape: region.shape).load(into: buffer, at: region.offset)
    }
  }
}

/// Numbers that one task looks at.
private let checkedAtOnce = 1 << 18
