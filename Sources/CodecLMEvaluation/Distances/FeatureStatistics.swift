public import CodecLM
import Foundation

/// Mean and covariance of a set's features: all that the Fréchet distance knows of it.
public struct FeatureStatistics: Sendable {
  /// Number of pictures, if known.
  public let count: Int?
  /// Mean of each feature.
  public let mean: [Double]
  /// Unbiased covariance, symmetric, [features, features].
  package let covariance: DoubleMatrix

  /// Number of features.
  public var dimensions: Int { mean.count }

  /// Statistics that were computed elsewhere.
  ///
  /// - Precondition: `covariance` is as wide and as high as `mean` is long.
  package init(count: Int?, mean: [Double], covariance: DoubleMatrix) {
    precondition(
      covariance.rows == mean.count && covariance.columns == mean.count,
      "covariance [\(covariance.rows), \(covariance.columns)] of \(mean.count) features")
    self.count = count
    self.mean = mean
    self.covariance = covariance
  }

  /// The statistics of features.
  ///
  /// Sums are in double precision, in an order that does not depend on the number of threads. The
  /// mean is subtracted before anything is multiplied.
  ///
  /// - Throws: ``EvaluationError`` for fewer than two pictures or a feature that is not finite,
  ///   `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: pictures × features² operations; memory for features² numbers and a window of
  ///   1,024 pictures.
  public init(_ features: Features, pool: WorkerPool = .shared) throws {
    let features = features.matrix
    guard features.rows >= 2 else {
      throw EvaluationError.tooFew(count: features.rows, needed: 2, purpose: "a covariance")
    }
    let mean = Self.mean(features)
    guard mean.allSatisfy(\.isFinite) else { throw EvaluationError.notFinite }
    let covariance = try DoubleMatrix(rows: features.columns, columns: features.columns)
    let window = try DoubleMatrix(
      rows: min(Self.window, features.rows), columns: features.columns)
    for start in stride(from: 0, to: features.rows, by: Self.window) {
      let count = min(Self.window, features.rows - start)
      let centred = window.rows(0..<count)
      pool.forEach(count) { row, _ in
        features.withRow(start + row) { source in
          centred.withMutableRow(row) { target in
            for column in source.indices { target[column] = Double(source[column]) - mean[column] }
          }
        }
      }
      BlockProducts.addGram(
        of: centred, scale: 1 / Double(features.rows - 1), to: covariance, pool: pool)
    }
    BlockProducts.mirrorUpper(covariance)
    self.init(count: features.rows, mean: mean, covariance: covariance)
  }

  private static let window = 1_024

  private static func mean(_ features: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: features.columns)
    for row in 0..<features.rows {
      features.withRow(row) { for column in $0.indices { sums[column] += Double($0[column]) } }
    }
    return sums.map { $0 / Double(features.rows) }
  }
}
