import CodecLM

/// Why two sets of features cannot be compared.
public enum EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The sets have features of different dimensions.
  case differentDimensions(Int, Int)
  /// Features were made in two ways; those at `origin` in the first.
  case differentProtocols(origin: String, FeatureProtocol, FeatureProtocol)
  /// No file of a set decodes; `first` says why the first does not.
  case noPictures(origin: String, first: String?)
  /// A set has too few members for what is asked of it.
  case tooFew(count: Int, needed: Int, purpose: String)
  /// A feature or a statistic is infinite or not a number.
  case notFinite
  /// The eigenvalues of a covariance could not be computed.
  case notConverged

  /// One line that says what is wrong and the way out.
  public var description: String {
    switch self {
    case .differentDimensions(let first, let second):
      "features of \(first) and of \(second) dimensions cannot be compared; use one network for both"
    case .differentProtocols(let origin, let first, let second):
      "\(origin) has features of another kind (\(first)) than what it is compared with (\(second)); "
        + "make both alike"
    case .noPictures(let origin, let first):
      "no picture of \(origin) can be read" + (first.map { ", for instance \($0)" } ?? "")
    case .tooFew(let count, let needed, let purpose):
      "\(count) pictures are too few for \(purpose): it needs \(needed) or more"
    case .notFinite:
      "a feature is infinite or not a number; check the network's weights"
    case .notConverged:
      "the eigenvalues of a covariance do not converge; check the statistics"
    }
  }
}
