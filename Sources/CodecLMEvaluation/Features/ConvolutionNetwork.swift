package import CodecLM
import Synchronization

/// A convolutional network from a picture to the means of its last layer's channels.
package struct ConvolutionNetwork: Sendable {
  /// Where the picture belongs; its border is zero.
  package let input: BlockTensor
  /// Number of features.
  package let features: Int

  private let output: BlockTensor
  private let layers: [any NetworkLayer]
  private let floats: Int
  private let spare = SpareArenas()

  init(
    input: BlockTensor, output: BlockTensor, features: Int, layers: [any NetworkLayer], floats: Int
  ) {
    self.input = input
    self.output = output
    self.features = features
    self.layers = layers
    self.floats = floats
  }

  /// Calls `body` with memory for so many pictures' ways through the network, which is kept for the
  /// next call.
  ///
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  package func withArenas<Result>(
    _ count: Int, _ body: ([FloatBuffer]) throws -> Result
  ) throws -> Result {
    var arenas = spare.buffers.withLock { spare in
      let taken = Array(spare.suffix(count))
      spare.removeLast(taken.count)
      return taken
    }
    defer { spare.buffers.withLock { $0 += arenas } }
    while arenas.count < count { arenas.append(try FloatBuffer(count: floats)) }
    return try body(arenas)
  }

  /// The features of the picture in `arena`, which is used up.
  ///
  /// - Parameter features: one row; it has room for a multiple of 16.
  package func run(_ arena: FloatBuffer, into features: Matrix) {
    for layer in layers { layer.run(arena) }
    Kernels.channelMeans(arena, output, into: features)
  }
}

/// Arenas that nobody uses.
private final class SpareArenas: Sendable {
  let buffers = Mutex<[FloatBuffer]>([])
}
