public import CodecLM

/// A network whose activations are the space in which sets of pictures are compared.
///
/// A distance means something only together with the network that made its features: it is named by
/// ``name`` and ``weightsHash``.
public protocol FeatureNetwork: Sendable {
  /// The architecture's name.
  var name: String { get }
  /// Number of features of a picture.
  var featureCount: Int { get }
  /// Side of the square pictures that the network sees, in pixels.
  var inputSide: Int { get }
  /// SHA-256 of the file of weights, in hexadecimal digits.
  var weightsHash: String { get }

  /// Features of `count` pictures; those of one that is missing are zero.
  ///
  /// Results do not depend on the number of threads nor on a picture's company.
  ///
  /// - Parameters:
  ///   - count: number of pictures.
  ///   - resize: how pictures of other sizes become ``inputSide`` × ``inputSide``.
  ///   - pool: threads to work with.
  ///   - picture: makes the picture of an index; called once for each, by several threads at once.
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  func features(
    of count: Int, resize: FeatureResize, pool: WorkerPool,
    picture: @Sendable (_ index: Int) -> PixelImage?
  ) throws -> Features
}

extension FeatureNetwork {
  /// Features of pictures that are at hand.
  ///
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  public func features(
    of images: [PixelImage], resize: FeatureResize = .bicubic, pool: WorkerPool = .shared
  ) throws -> Features {
    try features(of: images.count, resize: resize, pool: pool) { images[$0] }
  }
}

/// What a network sees of a sample in 0 through 255: scale · sample + shift.
package struct SampleRange: Sendable {
  package let scale: Float
  package let shift: Float

  package init(scale: Float, shift: Float) {
    self.scale = scale
    self.shift = shift
  }
}

/// What this library's own networks share.
package protocol ConvolutionFeatures: FeatureNetwork {
  var network: ConvolutionNetwork { get }
  var sampleRange: SampleRange { get }
}

extension ConvolutionFeatures {
  /// Number of features of a picture.
  public var featureCount: Int { network.features }
  /// Side of the square pictures that the network sees, in pixels.
  public var inputSide: Int { network.input.width }

  /// Features of `count` pictures; those of one that is missing are zero.
  ///
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: memory for one picture's way through the network a thread.
  public func features(
    of count: Int, resize: FeatureResize, pool: WorkerPool,
    picture: @Sendable (_ index: Int) -> PixelImage?
  ) throws -> Features {
    let features = try Matrix(rows: count, columns: featureCount)
    try network.withArenas(min(pool.threads, max(count, 1))) { arenas in
      pool.forEach(count) { index, worker in
        guard let image = picture(index) else { return }
        resize.draw(image.rgb, in: arenas[worker], at: network.input, sampleRange)
        network.run(arenas[worker], into: features.rows(index..<index + 1))
      }
    }
    return Features(features)
  }
}
