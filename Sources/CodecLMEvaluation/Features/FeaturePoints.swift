import CodecLM

/// A set's features as points whose distances are of interest.
struct FeaturePoints: Sendable {
  private let points: DoubleMatrix
  private let squaredNorms: [Double]

  /// Number of points.
  var count: Int { points.rows }

  /// The points of features, one picture a row.
  ///
  /// - Throws: ``EvaluationError/notFinite``, `NumericsError/outOfMemory(bytes:)`.
  init(_ features: Matrix) throws {
    let points = try DoubleMatrix(features)
    squaredNorms = (0..<points.rows).map { row in
      points.withMutableRow(row) { point in
        var sum = 0.0
        for index in point.indices { sum += point[index] * point[index] }
        return sum
      }
    }
    guard squaredNorms.allSatisfy(\.isFinite) else { throw EvaluationError.notFinite }
    self.points = points
  }

  /// Calls `body` with the squared distances of a stripe of these points to all of the others, and
  /// returns its results in order.
  ///
  /// |x|² + |y|² − 2 x·y has rounding errors where x = y; what lies within them is 0, so that a point
  /// is in the ball about its own copy.
  func mapSquaredDistances<Result: Sendable>(
    to others: FeaturePoints, pool: WorkerPool,
    _ body: @Sendable (_ rows: Range<Int>, _ squaredDistances: DoubleMatrix) -> Result
  ) throws -> [Result] {
    try BlockProducts.mapPairs(points, others.points, pool: pool) { rows, products in
      for (row, point) in rows.enumerated() {
        products.withMutableRow(row) { products in
          for other in products.indices {
            let norms = squaredNorms[point] + others.squaredNorms[other]
            let squared = norms - 2 * products[other]
            products[other] = squared > Self.rounding * norms ? squared : 0
          }
        }
      }
      return body(rows, products)
    }
  }

  private static let rounding = 1e-12

  /// The squared distance from each point to its k-th nearest neighbour, itself aside.
  ///
  /// - Precondition: there are more points than neighbours.
  func squaredRadii(neighbours: Int, pool: WorkerPool) throws -> [Double] {
    try mapSquaredDistances(to: self, pool: pool) { rows, distances in
      rows.enumerated().map { row, point in
        distances[row, point] = .infinity
        return Self.smallest(neighbours, of: distances, row)[neighbours - 1].squaredDistance
      }
    }.flatMap { $0 }
  }

  /// A point of another set and how far it is.
  struct Neighbour: Sendable {
    let index: Int
    let squaredDistance: Double
  }

  /// The k nearest of the others for each point, nearest first, equally near ones by index.
  func nearest(_ neighbours: Int, of others: FeaturePoints, pool: WorkerPool) throws
    -> [[Neighbour]]
  {
    try mapSquaredDistances(to: others, pool: pool) { rows, distances in
      (0..<rows.count).map { Self.smallest(neighbours, of: distances, $0) }
    }.flatMap { $0 }
  }

  private static func smallest(
    _ count: Int, of distances: DoubleMatrix, _ row: Int
  ) -> [Neighbour] {
    var smallest: [Neighbour] = []
    distances.withMutableRow(row) { distances in
      for index in distances.indices {
        let distance = distances[index]
        if smallest.count == count, distance >= smallest[count - 1].squaredDistance { continue }
        if smallest.count == count { smallest.removeLast() }
        let place = smallest.firstIndex { $0.squaredDistance > distance } ?? smallest.count
        smallest.insert(Neighbour(index: index, squaredDistance: distance), at: place)
      }
    }
    return smallest
  }
}
