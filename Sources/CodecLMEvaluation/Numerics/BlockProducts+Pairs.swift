import CodecLM

extension BlockProducts {
  /// Rows of pairs that a worker has in hand at once.
  private static let stripe = 128

  /// Calls `body` with the inner products of all rows of `x` with all rows of `y`, a stripe of rows
  /// of `x` at a time, and returns its results in order.
  ///
  /// - Parameters:
  ///   - fromDiagonal: whether only rows of `y` from the stripe's first on are taken; for `x` = `y`
  ///     that is each pair once, and the stripe's square on the diagonal whole.
  ///   - body: gets the stripe's rows and [stripe, rows of `y`] products, which it may overwrite.
  static func mapPairs<Result: Sendable>(
    _ x: DoubleMatrix, _ y: DoubleMatrix, fromDiagonal: Bool = false, pool: WorkerPool,
    _ body: @Sendable (_ rows: Range<Int>, _ products: DoubleMatrix) -> Result
  ) throws -> [Result] {
    let stripes = stride(from: 0, to: x.rows, by: stripe).map { $0..<min($0 + stripe, x.rows) }
    let scratch = try (0..<pool.threads).map { _ in
      try DoubleMatrix(rows: min(stripe, x.rows), columns: y.rows)
    }
    return pool.map(stripes.count) { index, worker in
      let rows = stripes[index]
      let others = fromDiagonal ? y.rows(rows.lowerBound..<y.rows) : y
      let products = scratch[worker][0..<rows.count, 0..<others.rows]
      BLAS.multiply(x.rows(rows), others, transposing: .second, into: products)
      return body(rows, products)
    }
  }
}
