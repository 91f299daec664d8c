import CodecLM

/// What makes two sets' features comparable.
public struct FeatureProtocol: Sendable, Codable, Equatable {
  /// The network's name.
  public let network: String
  /// SHA-256 of its weights' file.
  public let weights: String
  /// Number of features.
  public let dimensions: Int
  /// How pictures got the network's size.
  public let resize: FeatureResize

  private enum CodingKeys: String, CodingKey {
    case network
    case weights = "weights_sha256"
    case dimensions, resize
  }

  init(network: String, weights: String, dimensions: Int, resize: FeatureResize) {
    self.network = network
    self.weights = weights
    self.dimensions = dimensions
    self.resize = resize
  }

  /// The protocol of a network's features.
  public init(_ network: any FeatureNetwork, resize: FeatureResize) {
    self.network = network.name
    weights = network.weightsHash
    dimensions = network.featureCount
    self.resize = resize
  }

  /// What the Fréchet distance of these features is called: FID only with Inception's.
  public var distanceName: String {
    network.hasPrefix("Inception") ? "FID" : Self.plainDistanceName
  }

  /// What the Fréchet distance of features is called whose network is not known.
  static let plainDistanceName = "Fréchet distance"
}

extension FeatureProtocol: CustomStringConvertible {
  /// One line.
  public var description: String {
    "\(network), weights \(weights.prefix(12)), \(dimensions) features, \(resize.rawValue)"
  }
}
