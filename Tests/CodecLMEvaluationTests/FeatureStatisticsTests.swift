import CodecLM
import CodecLMEvaluation
import Testing

@Suite struct FeatureStatisticsTests {
  /// Shapes that end inside a window of pictures and inside a block of features.
  @Test(arguments: [(2, 1), (5, 3), (1_030, 5), (40, 270)])
  func `mean and covariance agree with plain sums`(rows: Int, columns: Int) throws {
    let features = try FeatureSets.normal(rows, columns, seed: 3, mean: 100).matrix
    let statistics = try FeatureStatistics(Features(features))
    #expect(statistics.count == rows)
    let mean = (0..<columns).map { column in
      (0..<rows).reduce(0) { $0 + Double(features[$1, column]) } / Double(rows)
    }
    for column in 0..<columns { #expect(abs(statistics.mean[column] - mean[column]) < 1e-10) }
    let places = stride(from: 0, to: columns, by: max(1, columns / 7))
    for i in places {
      for j in places {
        let sum = (0..<rows).reduce(0) {
          $0 + (Double(features[$1, i]) - mean[i]) * (Double(features[$1, j]) - mean[j])
        }
        #expect(abs(statistics.covariance[i, j] - sum / Double(rows - 1)) < 1e-10)
        #expect(statistics.covariance[i, j] == statistics.covariance[j, i])
      }
    }
  }

  @Test func `one picture, or a feature that is no number, is refused`() throws {
    #expect(throws: EvaluationError.self) { try FeatureStatistics(Features([[1, 2, 3]])) }
    let features = try FeatureSets.normal(4, 3, seed: 1)
    features.matrix[2, 1] = .nan
    #expect(throws: EvaluationError.notFinite) { try FeatureStatistics(features) }
    features.matrix[2, 1] = .infinity
    #expect(throws: EvaluationError.notFinite) { try FeatureStatistics(features) }
  }
}
