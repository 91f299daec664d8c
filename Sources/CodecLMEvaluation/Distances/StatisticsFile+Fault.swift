package import CodecLM

extension StatisticsFile {
  /// Why a file holds no statistics.
  package enum Fault: FileFault {
    /// An array is missing among these entries.
    case noArray(String, among: [String])
    /// An array is none that is read.
    case array(String, NumPyArray.Fault)
    /// The shapes are not [n] and [n, n].
    case shapes(mean: [Int], covariance: [Int])
    /// What says how the features were made is of another form.
    case protocolForm
    /// A number is infinite or not a number.
    case notFinite
    /// A variance is negative.
    case variance(ofFeature: Int, Double)
    /// Two elements of the covariance differ that should be equal.
    case notSymmetric(row: Int, column: Int)
    /// Some of the covariance's eigenvalues are negative.
    case negativeEigenvalues

    package var description: String {
      switch self {
      case .noArray(let name, let others):
        "there is no array \(name); statistics have mu and sigma, here is: "
          + others.joined(separator: ", ")
      case .array(let name, let fault): "\(name) \(fault.description)"
      case .shapes(let mean, let covariance):
        "mu has shape \(mean) and sigma \(covariance), expected [n] and [n, n]"
      case .protocolForm: "\(StatisticsFile.descriptionName) is not of the expected form"
      case .notFinite: "a number in it is infinite or not a number"
      case .variance(let place, let variance):
        "sigma is no covariance: the variance of feature \(place) is \(variance)"
      case .notSymmetric(let row, let column):
        "sigma is no covariance: it is not symmetric at row \(row), column \(column)"
      case .negativeEigenvalues:
        "sigma is no covariance: some of its eigenvalues are negative"
      }
    }
  }
}
