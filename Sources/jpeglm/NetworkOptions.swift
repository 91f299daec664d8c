import ArgumentParser
import CodecLM
import Foundation

/// The network whose features are compared.
struct NetworkOptions: ParsableArguments {
  enum Architecture: String, ExpressibleByArgument, CaseIterable {
    case efficientNet = "efficientnet-lite0"
    case inception = "inception-v3"
  }

  @Option(
    help: "Network: efficientnet-lite0, or inception-v3, with whose features the distance is FID.")
  var network = Architecture.efficientNet

  @Option(
    help: ArgumentHelp("The network's weights, .safetensors or .pth.", valueName: "file"))
  var networkWeights: String?

  @Option(
    help: "How pictures get the network's size: bicubic (clean-fid's) or bilinear (pytorch-fid's).")
  var resize = FeatureResize.bicubic

  /// Reads the network.
  func load() throws -> any FeatureNetwork {
    guard let networkWeights else {
      throw ValidationError("Give the weights of \(network.rawValue) with --network-weights.")
    }
    let url = URL(fileURLWithPath: networkWeights)
    switch network {
    case .efficientNet: return try EfficientNetLite0(weights: url)
    case .inception: return try InceptionV3(weights: url)
    }
  }
}
