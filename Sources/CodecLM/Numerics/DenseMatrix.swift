/// A matrix in single precision: weights, activations, gradients, features.
package typealias Matrix = DenseMatrix<Float>
/// A matrix in double precision: statistics.
package typealias DoubleMatrix = DenseMatrix<Double>

/// A view of `rows` × `columns` numbers in an `AlignedBuffer`, which it keeps alive.
///
/// Rows are contiguous; neighbouring rows are `stride` numbers apart. Copying a matrix copies the
/// view, not the elements.
///
/// - Invariant: who writes when is the buffer's contract: at any time an element has one writer or any
///   number of readers. A matrix is `Sendable` and its elements can be set through any copy, which the
///   compiler cannot check; so it stays inside the package, and public functions give a `Span` for the
///   time of a call.
package struct DenseMatrix<Scalar: MatrixScalar>: Sendable {
  /// The memory this is a view of.
  package let buffer: AlignedBuffer<Scalar>
  /// Index of the first element in the buffer.
  package let offset: Int
  /// Number of rows.
  package let rows: Int
  /// Length of a row.
  package let columns: Int
  /// Distance from one row to the next, in elements.
  package let stride: Int

  /// A view into `buffer`; traps if it reaches beyond the buffer's end.
  @inlinable package init(
    _ buffer: AlignedBuffer<Scalar>, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil
  ) {
    let stride = stride ?? columns
    precondition(
      offset >= 0 && rows >= 0 && columns >= 0 && stride >= columns
        && (rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count),
      "[\(rows), \(columns)] with stride \(stride) at \(offset) of \(buffer.count) numbers")
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// A matrix with memory of its own, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(rows: Int, columns: Int) throws {
    precondition(rows >= 0 && columns >= 0, "[\(rows), \(columns)]")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow else { throw NumericsError.outOfMemory(bytes: .max) }
    self.init(try AlignedBuffer(count: count), rows: rows, columns: columns)
  }

  /// A matrix of its own with the given elements, row by row.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(rows: Int, columns: Int, _ elements: [Scalar]) throws {
    try self.init(rows: rows, columns: columns)
    fill(from: elements)
  }

  /// A matrix of its own with the elements of another.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(copying other: DenseMatrix) throws {
    try self.init(rows: other.rows, columns: other.columns)
    copy(from: other)
  }

  /// The part in the given rows and columns.
  @inlinable package subscript(rows: Range<Int>, columns: Range<Int>) -> DenseMatrix {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= self.rows
        && columns.lowerBound >= 0 && columns.upperBound <= self.columns,
      "rows \(rows), columns \(columns) of [\(self.rows), \(self.columns)]")
    return DenseMatrix(
      buffer, offset: offset + rows.lowerBound * stride + columns.lowerBound, rows: rows.count,
      columns: columns.count, stride: stride)
  }

  /// The rows in `range`.
  @inlinable package func rows(_ range: Range<Int>) -> DenseMatrix { self[range, 0..<columns] }

  /// The columns in `range`.
  @inlinable package func columns(_ range: Range<Int>) -> DenseMatrix { self[0..<rows, range] }

  /// Whether each row begins where the one before ends.
  @inlinable package var isContiguous: Bool { stride == columns || rows <= 1 }

  @unsafe @inlinable package var pointer: UnsafeMutablePointer<Scalar> {
    unsafe buffer.pointer + offset
  }
}

extension Matrix {
  /// The matrix of a layout's region.
  package init(_ buffer: FloatBuffer, _ region: BufferLayout.Region) {
    self.init(buffer, offset: region.offset, rows: region.rows, columns: region.columns)
  }
}

extension DoubleMatrix {
  /// A matrix of its own with the elements of a single-precision one.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(_ other: Matrix) throws {
    try self.init(rows: other.rows, columns: other.columns)
    for row in 0..<rows {
      let (target, source) = unsafe (
        pointer + row * stride, other.pointer + row * other.stride
      )
      for column in 0..<columns { unsafe target[column] = Double(source[column]) }
    }
  }
}
