/// Hands out parts of one buffer to a closure that makes a structure of them.
///
/// The closure runs twice: first to count, with matrices of no rows and no inputs, then to place. So a
/// structure is described once, and its size is never stated beside it.
package struct BufferPlan {
  private let buffer: FloatBuffer
  /// Whether this is the run whose result counts.
  package let isPlacing: Bool
  private var used = 0

  /// What `make` makes of a buffer that is as large as what it asks for, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, and what `make` throws.
  package static func build<Result>(
    _ make: (inout BufferPlan) throws -> Result
  ) throws -> Result {
    var counting = BufferPlan(buffer: try FloatBuffer(count: 0), isPlacing: false)
    _ = try make(&counting)
    var placing = BufferPlan(buffer: try FloatBuffer(count: counting.used), isPlacing: true)
    return try make(&placing)
  }

  private init(buffer: FloatBuffer, isPlacing: Bool) {
    self.buffer = buffer
    self.isPlacing = isPlacing
  }

  /// Room for a matrix, beginning at a multiple of 16 floats.
  package mutating func matrix(rows: Int, columns: Int) -> Matrix {
    let offset = take(rows * columns)
    return Matrix(
      buffer, offset: isPlacing ? offset : 0, rows: isPlacing ? rows : 0, columns: columns)
  }

  /// Room for weights in panels, all zero.
  package mutating func panels(_ format: WeightFormat, outputs: Int, inputs: Int) -> PanelMatrix {
    let offset = take(PanelMatrix.words(format, outputs: outputs, inputs: inputs))
    return PanelMatrix(
      buffer, offset: isPlacing ? offset : 0, format: format, outputs: isPlacing ? outputs : 0,
      inputs: inputs)
  }

  private mutating func take(_ count: Int) -> Int {
    defer { used += BufferLayout.aligned(count) }
    return used
  }
}
