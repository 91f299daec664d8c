import CodecLM
public import Foundation

/// Inception-v3 (Szegedy et al., arXiv 1512.00567) as the Fréchet Inception distance uses it, up to
/// the mean of its last layer: 2,048 features.
///
/// This is TensorFlow's network of 2015-12-05, whose classifier has 1,008 outputs, in the layout of
/// pytorch-fid's `pt_inception-2015-12-05-6726825d.pth`. It differs from torchvision's in the pooling
/// branches: means do not count what lies outside the picture, and the last block takes maxima. It
/// sees pictures of 299 × 299 pixels as 2 · sample / 255 − 1.
public struct InceptionV3: ConvolutionFeatures {
  /// The architecture's name.
  public let name = "Inception-v3 (FID)"
  /// SHA-256 of the file of weights, in hexadecimal digits.
  public let weightsHash: String
  package let network: ConvolutionNetwork
  package let sampleRange = SampleRange(scale: 2 / 255, shift: -1)

  /// Reads weights, a safetensors file or a PyTorch state dict.
  ///
  /// - Throws: `FileError` when the file is not one of this network's weights.
  public init(weights url: URL) throws {
    weightsHash = try SHA256.hash(of: url)
    var builder = InceptionBuilder(try NetworkWeights(url, epsilon: 1e-3))
    network = try builder.network()
  }
}

/// The blocks of Inception-v3; a block's branches write into one tensor side by side.
private struct InceptionBuilder {
  typealias Place = NetworkBuilder.Place
  private var builder: NetworkBuilder

  init(_ weights: NetworkWeights) {
    builder = NetworkBuilder(weights)
  }

  mutating func network() throws -> ConvolutionNetwork {
    var x = builder.input(side: 299)
    x = try convolution(x, "Conv2d_1a_3x3", 32, 3, 3, stride: 2)
    x = try convolution(x, "Conv2d_2a_3x3", 32, 3, 3)
    x = try convolution(x, "Conv2d_2b_3x3", 64, 3, 3, padded: true)
    x = builder.pooling(x, .maximum, size: 3, stride: 2)
    x = try convolution(x, "Conv2d_3b_1x1", 80, 1, 1)
    x = try convolution(x, "Conv2d_4a_3x3", 192, 3, 3)
    x = builder.pooling(x, .maximum, size: 3, stride: 2)
    x = try blockA(x, "Mixed_5b", pooled: 32)
    x = try blockA(x, "Mixed_5c", pooled: 64)
    x = try blockA(x, "Mixed_5d", pooled: 64)
    x = try blockB(x, "Mixed_6a")
    x = try blockC(x, "Mixed_6b", inner: 128)
    x = try blockC(x, "Mixed_6c", inner: 160)
    x = try blockC(x, "Mixed_6d", inner: 160)
    x = try blockC(x, "Mixed_6e", inner: 192)
    x = try blockD(x, "Mixed_7a")
    x = try blockE(x, "Mixed_7b", .mean)
    x = try blockE(x, "Mixed_7c", .maximum)
    return builder.build(output: x)
  }

  private mutating func blockA(_ x: Place, _ name: String, pooled: Int) throws -> Place {
    let y = builder.tensor(channels: 224 + pooled, height: x.height, width: x.width)
    try convolution(x, "\(name).branch1x1", 64, 1, 1, into: part(y, 0, 64))
    var branch = try convolution(x, "\(name).branch5x5_1", 48, 1, 1)
    try convolution(branch, "\(name).branch5x5_2", 64, 5, 5, padded: true, into: part(y, 64, 64))
    branch = try convolution(x, "\(name).branch3x3dbl_1", 64, 1, 1)
    branch = try convolution(branch, "\(name).branch3x3dbl_2", 96, 3, 3, padded: true)
    try convolution(
      branch, "\(name).branch3x3dbl_3", 96, 3, 3, padded: true, into: part(y, 128, 96))
    branch = builder.pooling(x, .mean, size: 3, stride: 1, padding: 1)
    try convolution(branch, "\(name).branch_pool", pooled, 1, 1, into: part(y, 224, pooled))
    return y
  }

  private mutating func blockB(_ x: Place, _ name: String) throws -> Place {
    let y = halved(x, channels: 480 + x.channels)
    try convolution(x, "\(name).branch3x3", 384, 3, 3, stride: 2, into: part(y, 0, 384))
    var branch = try convolution(x, "\(name).branch3x3dbl_1", 64, 1, 1)
    branch = try convolution(branch, "\(name).branch3x3dbl_2", 96, 3, 3, padded: true)
    try convolution(
      branch, "\(name).branch3x3dbl_3", 96, 3, 3, stride: 2, into: part(y, 384, 96))
    _ = builder.pooling(
      x, .maximum, size: 3, stride: 2, into: part(y, 480, x.channels))
    return y
  }

  private mutating func blockC(_ x: Place, _ name: String, inner: Int) throws -> Place {
    let y = builder.tensor(channels: 768, height: x.height, width: x.width)
    try convolution(x, "\(name).branch1x1", 192, 1, 1, into: part(y, 0, 192))
    var branch = try convolution(x, "\(name).branch7x7_1", inner, 1, 1)
    branch = try convolution(branch, "\(name).branch7x7_2", inner, 1, 7, padded: true)
    try convolution(branch, "\(name).branch7x7_3", 192, 7, 1, padded: true, into: part(y, 192, 192))
    branch = try convolution(x, "\(name).branch7x7dbl_1", inner, 1, 1)
    branch = try convolution(branch, "\(name).branch7x7dbl_2", inner, 7, 1, padded: true)
    branch = try convolution(branch, "\(name).branch7x7dbl_3", inner, 1, 7, padded: true)
    branch = try convolution(branch, "\(name).branch7x7dbl_4", inner, 7, 1, padded: true)
    try convolution(
      branch, "\(name).branch7x7dbl_5", 192, 1, 7, padded: true, into: part(y, 384, 192))
    branch = builder.pooling(x, .mean, size: 3, stride: 1, padding: 1)
    try convolution(branch, "\(name).branch_pool", 192, 1, 1, into: part(y, 576, 192))
    return y
  }

  private mutating func blockD(_ x: Place, _ name: String) throws -> Place {
    let y = halved(x, channels: 512 + x.channels)
    var branch = try convolution(x, "\(name).branch3x3_1", 192, 1, 1)
    try convolution(branch, "\(name).branch3x3_2", 320, 3, 3, stride: 2, into: part(y, 0, 320))
    branch = try convolution(x, "\(name).branch7x7x3_1", 192, 1, 1)
    branch = try convolution(branch, "\(name).branch7x7x3_2", 192, 1, 7, padded: true)
    branch = try convolution(branch, "\(name).branch7x7x3_3", 192, 7, 1, padded: true)
    try convolution(
      branch, "\(name).branch7x7x3_4", 192, 3, 3, stride: 2, into: part(y, 320, 192))
    _ = builder.pooling(
      x, .maximum, size: 3, stride: 2, into: part(y, 512, x.channels))
    return y
  }

  private mutating func blockE(
    _ x: Place, _ name: String, _ pooling: Kernels.Pooling
  ) throws -> Place {
    let y = builder.tensor(channels: 2_048, height: x.height, width: x.width)
    try convolution(x, "\(name).branch1x1", 320, 1, 1, into: part(y, 0, 320))
    var branch = try convolution(x, "\(name).branch3x3_1", 384, 1, 1)
    try convolution(
      branch, "\(name).branch3x3_2a", 384, 1, 3, padded: true, into: part(y, 320, 384))
    try convolution(
      branch, "\(name).branch3x3_2b", 384, 3, 1, padded: true, into: part(y, 704, 384))
    branch = try convolution(x, "\(name).branch3x3dbl_1", 448, 1, 1)
    branch = try convolution(branch, "\(name).branch3x3dbl_2", 384, 3, 3, padded: true)
    try convolution(
      branch, "\(name).branch3x3dbl_3a", 384, 1, 3, padded: true, into: part(y, 1_088, 384))
    try convolution(
      branch, "\(name).branch3x3dbl_3b", 384, 3, 1, padded: true, into: part(y, 1_472, 384))
    branch = builder.pooling(x, pooling, size: 3, stride: 1, padding: 1)
    try convolution(branch, "\(name).branch_pool", 192, 1, 1, into: part(y, 1_856, 192))
    return y
  }

  @discardableResult
  private mutating func convolution(
    _ x: Place, _ name: String, _ outputs: Int, _ rows: Int, _ columns: Int, stride: Int = 1,
    padded: Bool = false, into y: Place? = nil
  ) throws -> Place {
    try builder.convolution(
      x, "\(name).conv", norm: "\(name).bn", outputs: outputs, kernel: (rows, columns),
      stride: stride,
      padding: padded ? .symmetric(rows: rows / 2, columns: columns / 2) : .none, .relu, into: y)
  }

  private func part(_ y: Place, _ first: Int, _ count: Int) -> Place {
    builder.channels(first..<first + count, of: y)
  }

  /// A tensor for what windows of 3 × 3 pixels give at every other pixel.
  private mutating func halved(_ x: Place, channels: Int) -> Place {
    builder.tensor(
      channels: channels, height: (x.height - 3) / 2 + 1, width: (x.width - 3) / 2 + 1)
  }
}
