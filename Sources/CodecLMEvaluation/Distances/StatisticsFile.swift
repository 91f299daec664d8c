import CodecLM
public import Foundation

/// Statistics in NumPy's format `.npz`, with arrays `mu` and `sigma` as pytorch-fid reads and writes
/// them.
///
/// Files that CodecLM writes also hold `protocol.json`: the number of pictures and how features were
/// made. Other programs ignore it.
public struct StatisticsFile: Sendable {
  /// Mean and covariance, and the count if the file has it.
  public let statistics: FeatureStatistics
  /// How the features were made, if the file says so.
  public let features: FeatureProtocol?

  private struct Description: Codable {
    var images: Int?
    var features: FeatureProtocol?
  }

  static let descriptionName = "protocol.json"

  /// Statistics that are at hand.
  public init(_ statistics: FeatureStatistics, _ features: FeatureProtocol?) {
    self.statistics = statistics
    self.features = features
  }

  /// Reads a file, compressed or not.
  ///
  /// - Throws: `FileError` that says what is wrong with the file, `NumericsError`.
  public init(_ url: URL) throws {
    let file = try MappedFile(path: url.path)
    let entries = try ZipDirectory(file, allowsCompressed: true)
    func malformed(_ fault: Fault) -> FileError { .malformed(path: url.path, reason: fault) }
    func array(_ name: String) throws -> NumPyArray {
      guard let contents = try entries.contents(of: "\(name).npy") else {
        throw malformed(.noArray(name, among: entries.entries.keys.sorted()))
      }
      do {
        return try NumPyArray(contents)
      } catch {
        throw malformed(.array(name, error))
      }
    }
    let (mean, covariance) = (try array("mu"), try array("sigma"))
    let dimensions = mean.elements.count
    guard mean.shape == [dimensions], covariance.shape == [dimensions, dimensions], dimensions > 0
    else {
      throw malformed(.shapes(mean: mean.shape, covariance: covariance.shape))
    }
    let description = try entries.contents(of: Self.descriptionName).map {
      do {
        return try JSONDecoder().decode(Description.self, from: Data($0))
      } catch {
        throw malformed(.protocolForm)
      }
    }
    features = description?.features
    statistics = FeatureStatistics(
      count: description?.images, mean: mean.elements,
      covariance: try DoubleMatrix(
        rows: dimensions, columns: dimensions, covariance.elements))
    guard statistics.mean.allSatisfy(\.isFinite), statistics.covariance.isFinite else {
      throw malformed(.notFinite)
    }
    if let fault = try statistics.covariance.faultOfCovariance {
      throw malformed(fault)
    }
  }

  /// Whether a file's bytes are of one that was written here: it names its features.
  package static func isOwn(_ file: [UInt8]) -> Bool {
    Data(file).range(of: Data(descriptionName.utf8)) != nil
  }

  /// Writes the file, complete or not at all.
  ///
  /// - Throws: `FileError`.
  public func write(to url: URL) throws {
    let dimensions = statistics.dimensions
    var archive = StoredZip()
    archive.add("mu.npy", NumPyArray(shape: [dimensions], elements: statistics.mean).file)
    archive.add(
      "sigma.npy",
      NumPyArray(
        shape: [dimensions, dimensions], elements: statistics.covariance.elements
      ).file)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let description = Description(images: statistics.count, features: features)
    archive.add(Self.descriptionName, [UInt8](try encoder.encode(description)))
    try AtomicFile.write(archive.file, to: url)
  }
}

extension DoubleMatrix {
  /// Of the largest variance, what rounding to single precision may have changed.
  private static let rounding = 1e-4

  /// Why a square matrix of finite numbers is no covariance, if it is none.
  fileprivate var faultOfCovariance: StatisticsFile.Fault? {
    get throws {
      let variances = (0..<rows).map { self[$0, $0] }
      if let place = variances.firstIndex(where: { $0 < 0 }) {
        return .variance(ofFeature: place, variances[place])
      }
      let tolerance = Self.rounding * (variances.max() ?? 0)
      for row in 0..<rows {
        for column in 0..<row where !(abs(self[row, column] - self[column, row]) <= tolerance) {
          return .notSymmetric(row: row, column: column)
        }
      }
      // Of fewer pictures than features, eigenvalues are zero but for rounding.
      let raised = try DoubleMatrix(copying: self)
      for place in 0..<rows { raised[place, place] += max(tolerance, .leastNormalMagnitude) }
      return LAPACK.cholesky(raised) ? nil : .negativeEigenvalues
    }
  }
}
