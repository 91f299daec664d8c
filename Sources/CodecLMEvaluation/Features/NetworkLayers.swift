package import CodecLM

/// One step of a convolutional network, from tensors of an arena to tensors of the same arena.
package protocol NetworkLayer: Sendable {
  /// Computes the step.
  func run(_ arena: FloatBuffer)
}

/// Activation of bias + convolution (+ residual).
struct ConvolutionLayer: NetworkLayer {
  let input: BlockTensor
  let output: BlockTensor
  let residual: BlockTensor?
  let terms: Kernels.ConvolutionTerms
  let stride: Int
  let weights: Matrix
  let bias: Matrix
  let activation: Activation
  /// Where copies of the pixels that a row needs may lie, see ``scratch``.
  let scratchOffset: Int

  /// Floats of input, or of copies, that are worked on at a time: a quarter of the smallest caches of
  /// the second level.
  private static let band = 1 << 16

  /// Whether neighbouring outputs see neighbouring pixels of 16 lanes, so that nothing is copied.
  private var isDirect: Bool { stride == 1 && input.lanes == BlockTensor.lanes }

  private var rowsAtOnce: Int {
    let row = isDirect ? input.blocks * input.pitch : scratchPerRow
    return min(max(Self.band / row, 1), output.height)
  }

  private var scratchPerRow: Int { terms.count * output.width * BlockTensor.lanes }

  /// Floats of memory for copies.
  var scratch: Int { isDirect ? 0 : rowsAtOnce * scratchPerRow }

  func run(_ arena: FloatBuffer) {
    var copied = terms
    for first in Swift.stride(from: 0, to: output.height, by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, output.height)
      var start = input.offset + first * stride * input.pitch
      var pitch = input.pitch
      if !isDirect {
        Kernels.gatherPixels(
          arena, from: start, pitch: stride * pitch, step: stride * input.lanes,
          offsets: terms.offsets, rows: rows.count, width: output.width, to: scratchOffset)
        pitch = output.width * BlockTensor.lanes
        start = scratchOffset
        copied.offsets = terms.offsets.indices.map { $0 * rows.count * pitch }
      }
      Kernels.convolve(
        arena, from: start, pitch: pitch, copied, weights: weights, bias: bias, activation,
        rows: rows, of: output, residual: residual)
    }
  }
}

/// Activation of bias + convolution of each channel by itself.
struct DepthwiseLayer: NetworkLayer {
  let input: BlockTensor
  let output: BlockTensor
  let kernel: Int
  let stride: Int
  let padding: (top: Int, left: Int)
  let weights: Matrix
  let bias: Matrix
  let activation: Activation

  func run(_ arena: FloatBuffer) {
    Kernels.depthwise(
      arena, input, kernel: kernel, stride: stride, origin: (-padding.top, -padding.left),
      weights: weights, bias: bias, activation, into: output)
  }
}

/// Maximum or mean of windows.
struct PoolingLayer: NetworkLayer {
  let input: BlockTensor
  let output: BlockTensor
  let pooling: Kernels.Pooling
  let size: Int
  let stride: Int
  let padding: Int

  func run(_ arena: FloatBuffer) {
    Kernels.pool(
      arena, input, pooling, size: size, stride: stride, padding: padding, into: output)
  }
}

/// Zero around a tensor, whose memory held other things before.
struct BorderLayer: NetworkLayer {
  let tensor: BlockTensor

  func run(_ arena: FloatBuffer) {
    Kernels.clearBorder(arena, tensor)
  }
}
