extension DenseMatrix {
  /// One element.
  @inlinable package subscript(row: Int, column: Int) -> Scalar {
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
  @inlinable package var elements: [Scalar] {
    (0..<rows).flatMap { row in
      unsafe [Scalar](UnsafeBufferPointer(start: pointer + row * stride, count: columns))
    }
  }

  /// The elements of one row, copied.
  @inlinable package func elements(row: Int) -> [Scalar] { rows(row..<row + 1).elements }

  /// Sets all elements, row by row.
  @inlinable package func fill(from elements: [Scalar]) {
    precondition(elements.count == rows * columns, "\(elements.count) for [\(rows), \(columns)]")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      for row in 0..<rows {
        unsafe (pointer + row * stride).update(from: start + row * columns, count: columns)
      }
    }
  }

  /// Sets each element to `value`.
  @inlinable package func fill(_ value: Scalar) {
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(repeating: value, count: columns)
    }
  }

  /// Copies the elements of a matrix of the same shape into this one.
  @inlinable package func copy(from other: DenseMatrix) {
    precondition(
      rows == other.rows && columns == other.columns,
      "copy of [\(other.rows), \(other.columns)] into [\(rows), \(columns)]")
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(
        from: other.pointer + row * other.stride, count: columns)
    }
  }

  /// Calls `body` with the elements of one row, read-only, in their place.
  @inlinable package func withRow<Result>(
    _ row: Int, _ body: (Span<Scalar>) throws -> Result
  ) rethrows -> Result {
    check(row, 0)
    let elements = unsafe UnsafeBufferPointer(start: pointer + row * stride, count: columns)
    return try unsafe body(Span(_unsafeElements: elements))
  }

  /// Calls `body` with the elements of one row, writable, in their place.
  @inlinable package func withMutableRow<Result>(
    _ row: Int, _ body: (inout MutableSpan<Scalar>) throws -> Result
  ) rethrows -> Result {
    check(row, 0)
    let elements = unsafe UnsafeMutableBufferPointer(
      start: pointer + row * stride, count: columns)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    return try body(&span)
  }

  @inlinable package func check(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "(\(row), \(column)) in [\(rows), \(columns)]")
  }
}

extension Matrix {
  /// Whether no element is infinite or not a number.
  package var isFinite: Bool {
    // A square is within double precision's range, and so is the sum of all.
    (0..<rows).allSatisfy { row in
      let start = offset + row * stride
      return Kernels.sumOfSquares(buffer, start..<start + columns).isFinite
    }
  }
}

extension DoubleMatrix {
  /// Whether no element is infinite or not a number.
  package var isFinite: Bool {
    // Zero times anything else is not zero.
    (0..<rows).allSatisfy { row in
      withRow(row) { row in
        var sum = 0.0
        for column in row.indices { sum += 0 * row[column] }
        return sum == 0
      }
    }
  }
}
