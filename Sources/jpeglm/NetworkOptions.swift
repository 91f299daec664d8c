public import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

extension FeatureArchitecture: ExpressibleByArgument {}

/// The network whose features are compared.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: "Feature network: efficientnet-lite0, or inception-v3, with which the distance is FID.")
  var network = FeatureArchitecture.efficientNetLite0

  @Option(
    help: ArgumentHelp(
      """
      The network's weights, .safetensors or .pth; by default those in the cache folder, where \
      Scripts/models/install-feature-weights.py puts efficientnet-lite0's.
      """, valueName: "file"))
  var networkWeights: String?

  @Option(
    help: "Resizing for the network: bicubic (as clean-fid) or bilinear (as pytorch-fid).")
  var resize = FeatureResize.bicubic

  /// Reads the network.
  func load() throws -> any FeatureNetwork {
    try network.network(weights: networkWeights.map { URL(place: $0) })
  }
}
