import CodecLM
public import Foundation

/// Features of a set as safetensors: one tensor `features` [pictures, features], and how they were
/// made in the file's metadata.
public struct FeatureFile: Sendable {
  /// One picture a row of the tensor.
  public let features: Features
  /// How they were made, if the file says so.
  public let featureProtocol: FeatureProtocol?

  private static let tensorName = "features"

  /// Why a file holds no features.
  package enum Fault: FileFault {
    /// There is no tensor of their name.
    case noTensor
    /// The tensor is no matrix of floating-point numbers.
    case shape([Int])
    /// A number is infinite or not a number.
    case notFinite

    package var description: String {
      switch self {
      case .noTensor: "there is no tensor \(FeatureFile.tensorName)"
      case .shape(let shape):
        "\(FeatureFile.tensorName) is no table of numbers but of shape \(shape)"
      case .notFinite: "a feature is infinite or not a number"
      }
    }
  }

  private enum Key {
    static let network = "network"
    static let weights = "weights_sha256"
    static let resize = "resize"
  }

  /// Features that are at hand.
  public init(_ features: Features, _ featureProtocol: FeatureProtocol?) {
    self.features = features
    self.featureProtocol = featureProtocol
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` that says what is wrong with the file, `NumericsError`.
  public init(_ url: URL) throws {
    let file = try SafeTensors(url)
    func malformed(_ fault: Fault) -> FileError { .malformed(path: url.path, reason: fault) }
    guard let tensor = file.tensors[Self.tensorName] else {
      throw malformed(.noTensor)
    }
    guard tensor.shape.count == 2, tensor.count > 0, tensor.type.isFloatingPoint else {
      throw malformed(.shape(tensor.shape))
    }
    let matrix = try Matrix(rows: tensor.shape[0], columns: tensor.shape[1])
    tensor.load(into: matrix.buffer)
    guard matrix.isFinite else { throw malformed(.notFinite) }
    features = Features(matrix)
    if let network = file.metadata[Key.network], let weights = file.metadata[Key.weights],
      let resize = file.metadata[Key.resize].flatMap(FeatureResize.init(rawValue:))
    {
      featureProtocol = FeatureProtocol(
        network: network, weights: weights, dimensions: features.dimensions, resize: resize)
    } else {
      featureProtocol = nil
    }
  }

  /// Whether a file's bytes are of one that was written here: it names its features.
  package static func isOwn(_ file: [UInt8]) -> Bool {
    let head = Data(file.prefix(1 << 16))
    return [tensorName, Key.network, Key.weights, Key.resize]
      .allSatisfy { head.range(of: Data("\"\($0)\"".utf8)) != nil }
  }

  /// Writes the file, complete or not at all.
  ///
  /// - Throws: `FileError`, `NumericsError/outOfMemory(bytes:)`.
  public func write(to url: URL) throws {
    var layout = BufferLayout()
    let region = layout.add(Self.tensorName, rows: features.count, columns: features.dimensions)
    let buffer = try FloatBuffer(count: layout.count)
    Matrix(buffer, region).copy(from: features.matrix)
    var metadata: [String: String] = [:]
    if let featureProtocol {
      metadata = [
        Key.network: featureProtocol.network, Key.weights: featureProtocol.weights,
        Key.resize: featureProtocol.resize.rawValue,
      ]
    }
    try SafeTensors.write([("", buffer)], layout, to: url, metadata: metadata)
  }
}
