/// A convolutional network from a picture to the means of its last layer's channels.
package struct ConvolutionNetwork: Sendable {
  /// Where the picture belongs; its border is zero.
  package let input: BlockTensor
  /// Number of features.
  package let features: Int

  private let output: BlockTensor
  private let layers: [any NetworkLayer]
  private let floats: Int

  init(
    input: BlockTensor, output: BlockTensor, features: Int, layers: [any NetworkLayer], floats: Int
  ) {
    self.input = input
    self.output = output
    self.features = features
    self.layers = layers
    self.floats = floats
  }

  /// Memory for one picture's way through the network.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package func makeArena() throws -> FloatBuffer { try FloatBuffer(count: floats) }

  /// The features of the picture in `arena`, which is used up.
  ///
  /// - Parameter features: one row; it has room for a multiple of 16.
  package func run(_ arena: FloatBuffer, into features: Matrix) {
    for layer in layers { layer.run(arena) }
    Kernels.channelMeans(arena, output, into: features)
  }
}
