public import CodecLM
import Foundation

/// The Fréchet distance of the normal distributions with two sets' statistics (Dowson and Landau,
/// *The Fréchet distance between multivariate normal distributions*, 1982), squared as is the custom
/// since Heusel et al. (NeurIPS 2017), who call it FID for Inception's features:
///
///     |μ₁ − μ₂|² + tr C₁ + tr C₂ − 2 tr (C₁ C₂)^½
///
/// The product C₁ C₂ has the eigenvalues of R C₂ Rᵀ for any R with RᵀR = C₁; that matrix is symmetric
/// and they are real, and what rounding makes negative is set to zero. R is the Cholesky factor of
/// C₁. If that does not exist, because there are fewer pictures than features or because features
/// depend on each other, R is made of the eigenvectors of C₁ with eigenvalues above rounding.
///
/// It is no less than 0, but it is biased: of two sets of one distribution it is the larger, the
/// fewer pictures there are.
///
/// - Throws: ``EvaluationError``, `NumericsError/outOfMemory(bytes:)`.
/// - Complexity: O(features³).
public func frechetDistance(
  _ a: FeatureStatistics, _ b: FeatureStatistics, pool: WorkerPool = .shared
) throws -> Double {
  guard a.dimensions == b.dimensions else {
    throw EvaluationError.differentDimensions(a.dimensions, b.dimensions)
  }
  let means = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let traces = trace(a.covariance) + trace(b.covariance)
  guard means.isFinite, a.covariance.isFinite, b.covariance.isFinite else {
    throw EvaluationError.notFinite
  }
  let (root, isTriangular) = try squareRoot(a.covariance)
  let product = try BlockProducts.congruence(
    root, b.covariance, isTriangular: isTriangular, pool: pool)
  guard let eigenvalues = try LAPACK.eigenvalues(product, pool: pool) else {
    throw EvaluationError.notConverged
  }
  let overlap = eigenvalues.reduce(0) { $0 + max($1, 0).squareRoot() }
  return max(means + traces - 2 * overlap, 0)
}

/// R with RᵀR = C, and whether it has zeros below its diagonal.
private func squareRoot(_ covariance: DoubleMatrix) throws -> (DoubleMatrix, Bool) {
  let factor = try DoubleMatrix(copying: covariance)
  if LAPACK.cholesky(factor) { return (factor, true) }
  factor.copy(from: covariance)
  guard let eigenvalues = try LAPACK.eigenvectors(factor) else {
    throw EvaluationError.notConverged
  }
  let rounding = Double(eigenvalues.count) * .ulpOfOne * max(eigenvalues.last ?? 0, 0)
  let first = eigenvalues.firstIndex { $0 > rounding } ?? eigenvalues.count
  for row in first..<eigenvalues.count {
    let scale = eigenvalues[row].squareRoot()
    factor.withMutableRow(row) { for column in $0.indices { $0[column] *= scale } }
  }
  return (factor.rows(first..<eigenvalues.count), false)
}

private func trace(_ matrix: DoubleMatrix) -> Double {
  (0..<matrix.rows).reduce(0) { $0 + matrix[$1, $1] }
}
