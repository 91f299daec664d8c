import CodecLM

/// Products of large matrices in double precision, divided into blocks for the workers of a pool.
///
/// A block is one product, and blocks that add to each other follow in order, so that results do
/// not depend on the number of threads.
enum BlockProducts {
  private static let side = 256

  private static func blocks(
    _ range: Range<Int>, side: Int = BlockProducts.side
  ) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: side).map {
      $0..<min($0 + side, range.upperBound)
    }
  }

  private static func blocks(_ count: Int) -> [Range<Int>] { blocks(0..<count) }

  /// The blocks on and above the diagonal of a square matrix, the longest work first.
  private static func upperBlocks(_ count: Int) -> [(rows: Range<Int>, columns: Range<Int>)] {
    let blocks = blocks(count)
    return blocks.indices.flatMap { first in
      blocks[first...].map { (blocks[first], $0) }
    }
  }

  /// Adds scale · XᵀX to a square matrix, in the blocks that touch its upper triangle.
  static func addGram(
    of x: DoubleMatrix, scale: Double, to sum: DoubleMatrix, pool: WorkerPool
  ) {
    // Long blocks, so that less of the time goes into laying them out for the product.
    let products = blocks(sum.rows).flatMap { rows in
      blocks(rows.lowerBound..<sum.rows, side: 4 * side).map { (rows: rows, columns: $0) }
    }
    let every = 0..<x.rows
    pool.forEach(products.count) { index, _ in
      let (rows, columns) = products[index]
      BLAS.multiply(
        x[every, rows], x[every, columns], transposing: .first, into: sum[rows, columns],
        scale: scale, accumulate: true)
    }
  }

  /// Subtracts XᵀY from a square matrix, in the blocks that touch its upper triangle.
  static func subtractProduct(
    _ x: DoubleMatrix, _ y: DoubleMatrix, from difference: DoubleMatrix, pool: WorkerPool
  ) {
    let blocks = upperBlocks(difference.rows)
    let every = 0..<x.rows
    pool.forEach(blocks.count) { index, _ in
      let (rows, columns) = blocks[index]
      BLAS.multiply(
        x[every, rows], y[every, columns], transposing: .first, into: difference[rows, columns],
        scale: -1, accumulate: true)
    }
  }

  /// Copies the upper triangle to the lower.
  static func mirrorUpper(_ matrix: DoubleMatrix) {
    // In squares, so that what is read down a column is still in cache for the next.
    for rows in blocks(matrix.rows) {
      for columns in blocks(matrix.rows) where columns.lowerBound >= rows.lowerBound {
        for row in rows {
          for column in max(columns.lowerBound, row + 1)..<max(columns.upperBound, row + 1) {
            matrix[column, row] = matrix[row, column]
          }
        }
      }
    }
  }

  /// R S Rᵀ for a symmetric S [n, n] and R [r, n]; only the upper triangle of the result is right.
  ///
  /// - Parameter isTriangular: whether R has zeros below its diagonal, which are then not multiplied.
  /// - Complexity: 2 r n² + r² n operations, half and a third of that if triangular.
  static func congruence(
    _ r: DoubleMatrix, _ s: DoubleMatrix, isTriangular: Bool, pool: WorkerPool
  ) throws -> DoubleMatrix {
    let n = s.rows
    let half = try DoubleMatrix(rows: r.rows, columns: n)
    let result = try DoubleMatrix(rows: r.rows, columns: r.rows)
    let stripes = blocks(r.rows)
    pool.forEach(stripes.count) { index, _ in
      let rows = stripes[index]
      let inner = (isTriangular ? rows.lowerBound : 0)..<n
      BLAS.multiply(r[rows, inner], s.rows(inner), into: half.rows(rows))
    }
    let blocks = upperBlocks(r.rows)
    pool.forEach(blocks.count) { index, _ in
      let (rows, columns) = blocks[index]
      let inner = (isTriangular ? columns.lowerBound : 0)..<n
      BLAS.multiply(
        half[rows, inner], r[columns, inner], transposing: .second, into: result[rows, columns])
    }
    return result
  }
}
