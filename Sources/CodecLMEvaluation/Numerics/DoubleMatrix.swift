public import CodecLM

/// A view of `rows` × `columns` double-precision numbers, which it keeps alive.
///
/// What ``Matrix`` is for training, for statistics: rows are contiguous, neighbouring rows are
/// `stride` numbers apart, and copying a matrix copies the view. At any time an element has one
/// writer or any number of readers.
public struct DoubleMatrix: Sendable {
  /// Number of rows.
  public let rows: Int
  /// Length of a row.
  public let columns: Int
  /// Distance from one row to the next, in numbers.
  public let stride: Int

  /// Memory for twice as many floats, bound to `Double` when it was allocated.
  private let buffer: FloatBuffer
  private let offset: Int

  /// A matrix with memory of its own, all zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(rows: Int, columns: Int) throws {
    precondition(rows >= 0 && columns >= 0, "[\(rows), \(columns)]")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= Int.max / 16 else { throw NumericsError.outOfMemory(bytes: .max) }
    buffer = try FloatBuffer(count: 2 * count)
    unsafe UnsafeMutableRawPointer(buffer.pointer).bindMemory(to: Double.self, capacity: count)
    (self.rows, self.columns, stride, offset) = (rows, columns, columns, 0)
  }

  /// A matrix of its own with the given elements, row by row.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(rows: Int, columns: Int, _ elements: [Double]) throws {
    precondition(elements.count == rows * columns, "\(elements.count) for [\(rows), \(columns)]")
    try self.init(rows: rows, columns: columns)
    unsafe elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe pointer.update(from: start, count: elements.count)
    }
  }

  /// A matrix of its own with the elements of a single-precision one.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(_ other: Matrix) throws {
    try self.init(rows: other.rows, columns: other.columns)
    for row in 0..<rows {
      for column in 0..<columns {
        unsafe pointer[row * stride + column] = Double(
          other.pointer[row * other.stride + column])
      }
    }
  }

  /// A matrix of its own with the elements of another.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(copying other: DoubleMatrix) throws {
    try self.init(rows: other.rows, columns: other.columns)
    copy(from: other)
  }

  private init(_ whole: DoubleMatrix, _ rows: Range<Int>, _ columns: Range<Int>) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= whole.rows
        && columns.lowerBound >= 0 && columns.upperBound <= whole.columns,
      "rows \(rows), columns \(columns) of [\(whole.rows), \(whole.columns)]")
    buffer = whole.buffer
    offset = whole.offset + rows.lowerBound * whole.stride + columns.lowerBound
    (self.rows, self.columns, stride) = (rows.count, columns.count, whole.stride)
  }

  /// The part in the given rows and columns.
  public subscript(rows: Range<Int>, columns: Range<Int>) -> DoubleMatrix {
    DoubleMatrix(self, rows, columns)
  }

  /// The given rows.
  public func rows(_ range: Range<Int>) -> DoubleMatrix { self[range, 0..<columns] }

  /// One element.
  public subscript(row: Int, column: Int) -> Double {
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
  public var elements: [Double] {
    (0..<rows).flatMap { row in
      unsafe [Double](UnsafeBufferPointer(start: pointer + row * stride, count: columns))
    }
  }

  /// The elements of one row, copied.
  public func elements(row: Int) -> [Double] { rows(row..<row + 1).elements }

  /// Sets each element to `value`.
  public func fill(_ value: Double) {
    for row in 0..<rows { unsafe (pointer + row * stride).update(repeating: value, count: columns) }
  }

  /// Copies the elements of a matrix of the same shape into this one.
  public func copy(from other: DoubleMatrix) {
    precondition(
      rows == other.rows && columns == other.columns,
      "copy of [\(other.rows), \(other.columns)] into [\(rows), \(columns)]")
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(
        from: other.pointer + row * other.stride, count: columns)
    }
  }

  /// Whether no element is infinite or not a number.
  public var isFinite: Bool {
    // Zero times anything else is not zero.
    (0..<rows).allSatisfy { row in
      var sum = 0.0
      for column in 0..<columns { unsafe sum += 0 * pointer[row * stride + column] }
      return sum == 0
    }
  }

  /// Calls `body` with the elements of one row, writable, in their place.
  public func withMutableRow<Result>(
    _ row: Int, _ body: (inout MutableSpan<Double>) throws -> Result
  ) rethrows -> Result {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    let elements = unsafe UnsafeMutableBufferPointer(start: pointer + row * stride, count: columns)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    return try body(&span)
  }

  @unsafe var pointer: UnsafeMutablePointer<Double> {
    unsafe UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: Double.self) + offset
  }

  private func check(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "(\(row), \(column)) in [\(rows), \(columns)]")
  }
}
