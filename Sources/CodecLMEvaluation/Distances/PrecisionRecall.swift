public import CodecLM

/// Improved precision and recall (Kynkäänniemi et al., NeurIPS 2019): how much of what was generated
/// lies among real pictures, and how much of what is real lies among generated ones.
///
/// A set's region is the union of balls about its members, each reaching to the member's k-th nearest
/// neighbour in the set. Both shares depend on the number of pictures and on k: compare only equal
/// ones.
public struct PrecisionRecall: Sendable, Codable, Equatable {
  /// Share of generated pictures in the region of the real ones, 0 to 1.
  public let precision: Double
  /// Share of real pictures in the region of the generated ones, 0 to 1.
  public let recall: Double
  /// k.
  public let neighbours: Int

  /// Precision and recall of sets of features.
  ///
  /// - Throws: ``EvaluationError``, `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: (real + generated)² × features operations; memory for both sets in double
  ///   precision.
  public init(
    real: Features, generated: Features, neighbours: Int = 3, pool: WorkerPool = .shared
  ) throws {
    precondition(neighbours >= 1, "\(neighbours) neighbours")
    guard real.dimensions == generated.dimensions else {
      throw EvaluationError.differentDimensions(real.dimensions, generated.dimensions)
    }
    let smaller = min(real.count, generated.count)
    guard smaller > neighbours else {
      throw EvaluationError.tooFew(
        count: smaller, needed: neighbours + 1, purpose: "precision and recall")
    }
    let (real, generated) = (
      try FeaturePoints(real.matrix), try FeaturePoints(generated.matrix)
    )
    let realRadii = try real.squaredRadii(neighbours: neighbours, pool: pool)
    let radii = try generated.squaredRadii(neighbours: neighbours, pool: pool)
    let stripes = try generated.mapSquaredDistances(to: real, pool: pool) { rows, distances in
      var precise = 0
      var recalled = [Bool](repeating: false, count: distances.columns)
      for (row, picture) in rows.enumerated() {
        var isInside = false
        distances.withMutableRow(row) { distances in
          for other in distances.indices {
            if distances[other] <= realRadii[other] { isInside = true }
            if distances[other] <= radii[picture] { recalled[other] = true }
          }
        }
        if isInside { precise += 1 }
      }
      return (precise: precise, recalled: recalled)
    }
    let recalled = (0..<realRadii.count).count { other in
      stripes.contains { $0.recalled[other] }
    }
    precision = Double(stripes.reduce(0) { $0 + $1.precise }) / Double(radii.count)
    recall = Double(recalled) / Double(realRadii.count)
    self.neighbours = neighbours
  }
}
