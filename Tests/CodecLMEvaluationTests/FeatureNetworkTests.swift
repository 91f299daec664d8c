import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct FeatureNetworkTests {
  @Test func `layers of each kind compute what PyTorch computes`() throws {
    let features = try NetworkFixtures.withWeights(of: "layers") { url in
      try Layers(network: Self.layers(url)).features(of: [NetworkFixtures.picture()])
    }
    let expected = try #require(try NetworkFixtures.tensors("layers").floats("features"))
    #expect(relativeDifference(features.matrix.elements, expected) < 1e-5)
  }

  @Test func `EfficientNet-lite0 computes what PyTorch computes`() throws {
    let features = try NetworkFixtures.withWeights(of: "efficientnet-lite0") { url in
      try EfficientNetLite0(weights: url).features(of: [NetworkFixtures.picture()])
    }
    let expected = try #require(
      try NetworkFixtures.tensors("efficientnet-lite0").floats("features"))
    #expect(relativeDifference(features.matrix.elements, expected) < 1e-4)
  }

  @Test func `Inception-v3 computes what pytorch-fid computes`() throws {
    let features = try NetworkFixtures.withWeights(of: "inception-v3") { url in
      try InceptionV3(weights: url)
        .features(of: [NetworkFixtures.picture()], resize: .bilinear)
    }
    let expected = try #require(try NetworkFixtures.tensors("inception-v3").floats("features"))
    #expect(relativeDifference(features.matrix.elements, expected) < 1e-4)
  }

  @Test func `features depend neither on threads nor on a picture's company`() throws {
    let picture = try NetworkFixtures.picture()
    let pictures = [picture, picture.grayscale, picture.cropped(x: 3, y: 0, width: 9, height: 26)]
    try NetworkFixtures.withWeights(of: "efficientnet-lite0") { url in
      let network = try EfficientNetLite0(weights: url)
      let one = try network.features(of: pictures, pool: WorkerPool(threads: 1))
      let three = try network.features(of: pictures, pool: WorkerPool(threads: 3))
      let alone = try network.features(of: [pictures[2]])
      #expect(one.matrix.bits == three.matrix.bits)
      #expect(alone.matrix.bits == one.matrix.rows(2..<3).bits)
      #expect(one.matrix.rows(0..<1).bits != one.matrix.rows(1..<2).bits)
    }
  }

  @Test func `a picture that is missing leaves its row zero`() throws {
    let picture = try NetworkFixtures.picture()
    try NetworkFixtures.withWeights(of: "efficientnet-lite0") { url in
      let features = try EfficientNetLite0(weights: url)
        .features(of: 2, resize: .bicubic, pool: .shared) { $0 == 1 ? picture : nil }
      #expect(features.matrix.rows(0..<1).elements.allSatisfy { $0 == 0 })
      #expect(features.matrix.rows(1..<2).elements.contains { $0 != 0 })
    }
  }

  @Test func `weights without one of the tensors are refused by its name`() throws {
    let missing = "_blocks.3._expand_conv.weight"
    try NetworkFixtures.withWeights(of: "efficientnet-lite0", leavingOut: missing) { url in
      let fault = FileError.malformed(path: url.path, reason: TensorFault.missing(missing))
      #expect(throws: fault) { try EfficientNetLite0(weights: url) }
    }
  }

  @Test func `missing weights are an error that names the file and the way out`() throws {
    let url = URL(fileURLWithPath: "/nowhere/weights.pth")
    let error = #expect(throws: FeatureWeightsMissing.self) {
      try FeatureArchitecture.efficientNetLite0.network(weights: url)
    }
    #expect(error?.path == "/nowhere/weights.pth")
    #expect(error?.description.contains("/nowhere/weights.pth") == true)
    #expect(error?.description.contains("Scripts/models/install-feature-weights.py") == true)
  }

  @Test func `the weights' hash is that of the file`() throws {
    try NetworkFixtures.withWeights(of: "efficientnet-lite0") { url in
      let network = try EfficientNetLite0(weights: url)
      #expect(network.weightsHash == (try SHA256.hash(of: url)))
    }
  }

  /// The network `layers` of the script.
  private static func layers(_ url: URL) throws -> ConvolutionNetwork {
    var builder = NetworkBuilder(try NetworkWeights(url, epsilon: 1e-3))
    var x = builder.input(side: 21)
    x = try builder.convolution(
      x, "stem", norm: "stem_bn", outputs: 24, kernel: (3, 3), stride: 2, padding: .same, .relu6)
    x = try builder.invertedResidual(x, "a", outputs: 24, kernel: 3, stride: 1, expansion: 2)
    x = try builder.invertedResidual(x, "b", outputs: 40, kernel: 5, stride: 2, expansion: 1)
    let joined = builder.tensor(channels: 80, height: x.height, width: x.width)
    _ = try builder.convolution(
      x, "one", norm: "one_bn", outputs: 16, kernel: (1, 1), padding: .none, .relu,
      into: builder.channels(0..<16, of: joined))
    let wide = try builder.convolution(
      x, "wide", norm: "wide_bn", outputs: 32, kernel: (1, 7),
      padding: .symmetric(rows: 0, columns: 3), .relu)
    _ = try builder.convolution(
      wide, "high", norm: "high_bn", outputs: 48, kernel: (7, 1),
      padding: .symmetric(rows: 3, columns: 0), .relu,
      into: builder.channels(16..<64, of: joined))
    let mean = builder.pooling(x, .mean, size: 3, stride: 1, padding: 1)
    _ = try builder.convolution(
      mean, "pooled", norm: "pooled_bn", outputs: 16, kernel: (1, 1), padding: .none, .relu,
      into: builder.channels(64..<80, of: joined))
    let halved = builder.tensor(channels: 96, height: 2, width: 2)
    _ = try builder.convolution(
      joined, "half", norm: "half_bn", outputs: 16, kernel: (3, 3), stride: 2, padding: .none,
      .relu, into: builder.channels(0..<16, of: halved))
    _ = builder.pooling(
      joined, .maximum, size: 3, stride: 2, into: builder.channels(16..<96, of: halved))
    return builder.build(output: halved)
  }

  private struct Layers: ConvolutionFeatures {
    let name = "layers"
    let weightsHash = ""
    let network: ConvolutionNetwork
    let sampleRange = SampleRange(scale: 1 / 128, shift: -127 / 128)
  }
}
