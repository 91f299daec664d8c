/// A view of `rows` × `columns` floats in a ``FloatBuffer``, which it keeps alive.
///
/// Rows are contiguous; neighbouring rows are `stride` floats apart. Copying a matrix copies the
/// view, not the elements; who writes when is the buffer's contract.
public struct Matrix: Sendable {
  /// The memory this is a view of.
  public let buffer: FloatBuffer
  /// Index of the first element in the buffer.
  public let offset: Int
  /// Number of rows.
  public let rows: Int
  /// Length of a row.
  public let columns: Int
  /// Distance from one row to the next, in floats.
  public let stride: Int

  /// A view into `buffer`; traps if it reaches beyond the buffer's end.
  public init(_ buffer: FloatBuffer, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(
      offset >= 0 && rows >= 0 && columns >= 0 && stride >= columns
        && (rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count),
      "[\(rows), \(columns)] with stride \(stride) at \(offset) of \(buffer.count) floats")
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The matrix of a layout's region.
  public init(_ buffer: FloatBuffer, _ region: BufferLayout.Region) {
    self.init(buffer, offset: region.offset, rows: region.rows, columns: region.columns)
  }

  /// A matrix with memory of its own, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(rows: Int, columns: Int) throws {
    self.init(try FloatBuffer(count: rows * columns), rows: rows, columns: columns)
  }

  /// The rows in `range`.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      buffer, offset: offset + range.lowerBound * stride, rows: range.count, columns: columns,
      stride: stride)
  }

  /// The columns in `range`.
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(
      buffer, offset: offset + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The same elements as `rows` × `columns`, where this matrix is contiguous.
  public func reshaped(rows: Int, columns: Int) -> Matrix {
    precondition(
      isContiguous && rows * columns == self.rows * self.columns,
      "[\(self.rows), \(self.columns)] as [\(rows), \(columns)]")
    return Matrix(buffer, offset: offset, rows: rows, columns: columns)
  }

  /// Whether each row begins where the one before ends.
  public var isContiguous: Bool { stride == columns || rows <= 1 }

  /// One element.
  public subscript(row: Int, column: Int) -> Float {
    get {
      check(row, column)
      return unsafe pointer[row * stride + column]
    }
    nonmutating set {
      check(row, column)
      unsafe pointer[row * stride + column] = newValue
    }
  }

  /// The elements, row by row.
  public var elements: [Float] {
    (0..<rows).flatMap { row in
      unsafe [Float](UnsafeBufferPointer(start: pointer + row * stride, count: columns))
    }
  }

  /// Whether no element is infinite or not a number.
  public var isFinite: Bool {
    // A square is within double precision's range, and so is the sum of all.
    (0..<rows).allSatisfy { row in
      let start = offset + row * stride
      return Kernels.sumOfSquares(buffer, start..<start + columns).isFinite
    }
  }

  /// Sets all elements, row by row.
  public func fill(from elements: [Float]) {
    precondition(elements.count == rows * columns, "\(elements.count) for [\(rows), \(columns)]")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      for row in 0..<rows {
        unsafe (pointer + row * stride).update(from: start + row * columns, count: columns)
      }
    }
  }

  /// Sets each element to `value`.
  public func fill(_ value: Float) {
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(repeating: value, count: columns)
    }
  }

  /// Copies the elements of a matrix of the same shape into this one.
  public func copy(from other: Matrix) {
    precondition(
      rows == other.rows && columns == other.columns,
      "copy of [\(other.rows), \(other.columns)] into [\(rows), \(columns)]")
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(
        from: other.pointer + row * other.stride, count: columns)
    }
  }

  /// Calls `body` with the elements of one row, read-only, in their place.
  public func withRow<Result>(
    _ row: Int, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    check(row, 0)
    let elements = unsafe UnsafeBufferPointer(start: pointer + row * stride, count: columns)
    return try unsafe body(Span(_unsafeElements: elements))
  }

  /// Calls `body` with the elements of one row, writable, in their place.
  public func withMutableRow<Result>(
    _ row: Int, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    check(row, 0)
    let elements = unsafe UnsafeMutableBufferPointer(
      start: pointer + row * stride, count: columns)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    return try body(&span)
  }

  @unsafe package var pointer: UnsafeMutablePointer<Float> { unsafe buffer.pointer + offset }

  private func check(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "(\(row), \(column)) in [\(rows), \(columns)]")
  }
}
