package import CodecLM

/// Puts a convolutional network together, layer by layer.
///
/// Layers are recorded first; ``build(output:)`` then knows every border and the time for which each
/// tensor is needed, and lays the tensors out in one arena.
package struct NetworkBuilder {
  /// A tensor, or a range of its blocks of channels.
  package struct Place: Sendable {
    let tensor: Int
    let blocks: Range<Int>
    package let channels: Int
    package let height: Int
    package let width: Int
  }

  /// Zeros around the input of a convolution.
  package enum Padding {
    /// So many that the output is ⌈input / stride⌉, an odd one at the right and the bottom
    /// (TensorFlow's SAME).
    case same
    case none
    /// As many rows above and below, and columns left and right.
    case symmetric(rows: Int, columns: Int)
  }

  enum Record {
    case convolution(Convolution)
    case depthwise(Convolution)
    case pooling(Place, Place, Kernels.Pooling, size: Int, stride: Int, padding: Int)
  }

  struct Convolution {
    let input: Place
    let output: Place
    let residual: Place?
    let kernel: (rows: Int, columns: Int)
    let stride: Int
    let padding: (top: Int, left: Int)
    let weights: Matrix
    let bias: Matrix
    let activation: Activation
  }

  private let source: NetworkWeights
  var tensors: [BlockTensor] = []
  private(set) var records: [Record] = []

  package init(_ weights: NetworkWeights) {
    source = weights
  }

  /// The picture that the network sees.
  package mutating func input(side: Int) -> Place {
    precondition(tensors.isEmpty, "a second input")
    tensors.append(.rgb(height: side, width: side))
    return Place(tensor: 0, blocks: 0..<1, channels: 3, height: side, width: side)
  }

  /// A tensor for several layers to write their channels into, one after the other.
  package mutating func tensor(channels: Int, height: Int, width: Int) -> Place {
    let tensor = BlockTensor(channels: channels, height: height, width: width)
    tensors.append(tensor)
    return Place(
      tensor: tensors.count - 1, blocks: 0..<tensor.blocks, channels: channels, height: height,
      width: width)
  }

  /// Some of a tensor's channels; all but the last range of a tensor are multiples of 16.
  package func channels(_ range: Range<Int>, of place: Place) -> Place {
    precondition(range.lowerBound % 16 == 0 && range.upperBound <= place.channels)
    let first = place.blocks.lowerBound + range.lowerBound / 16
    return Place(
      tensor: place.tensor, blocks: first..<first + (range.count + 15) / 16,
      channels: range.count, height: place.height, width: place.width)
  }

  /// Convolution, batch normalisation and activation; with `residual` that is added before the
  /// activation.
  package mutating func convolution(
    _ input: Place, _ name: String, norm: String, outputs: Int, kernel: (rows: Int, columns: Int),
    stride: Int = 1, padding: Padding, _ activation: Activation, residual: Place? = nil,
    into output: Place? = nil
  ) throws -> Place {
    let folded = try source.folded(
      name, norm: norm, shape: [outputs, input.channels, kernel.rows, kernel.columns])
    let pads = reserveBorder(input, kernel: kernel, stride: stride, padding)
    let output =
      output
      ?? tensor(
        channels: outputs,
        height: (input.height + pads.rows - kernel.rows) / stride + 1,
        width: (input.width + pads.columns - kernel.columns) / stride + 1)
    precondition(output.channels == outputs)
    let terms = Self.terms(input, lanes: tensors[input.tensor].lanes, kernel)
    let inputs = terms.reduce(0) { $0 + $1.lanes }
    let blocks = (outputs + 15) / 16
    let weights = try Matrix(rows: blocks, columns: inputs * 16)
    for block in 0..<blocks {
      weights.withMutableRow(block) { row in
        var next = 0
        for term in terms {
          for lane in 0..<term.lanes {
            defer { next += 16 }
            guard let place = term.weight(lane, input.channels, kernel) else { continue }
            let perOutput = input.channels * kernel.rows * kernel.columns
            for output in block * 16..<min(block * 16 + 16, outputs) {
              row[next + output % 16] = folded.weights[output * perOutput + place]
            }
          }
        }
      }
    }
    records.append(
      .convolution(
        Convolution(
          input: input, output: output, residual: residual, kernel: kernel, stride: stride,
          padding: (pads.top, pads.left), weights: weights, bias: try Self.filled(folded.bias),
          activation: activation)))
    return output
  }

  /// Convolution of each channel by itself, batch normalisation and activation.
  package mutating func depthwise(
    _ input: Place, _ name: String, norm: String, kernel: Int, stride: Int,
    _ activation: Activation
  ) throws -> Place {
    let channels = input.channels
    let folded = try source.folded(name, norm: norm, shape: [channels, 1, kernel, kernel])
    let pads = reserveBorder(input, kernel: (kernel, kernel), stride: stride, .same)
    let output = tensor(
      channels: channels, height: (input.height + pads.rows - kernel) / stride + 1,
      width: (input.width + pads.columns - kernel) / stride + 1)
    let taps = kernel * kernel
    let weights = try Matrix(rows: output.blocks.count, columns: taps * 16)
    for channel in 0..<channels {
      weights.withMutableRow(channel / 16) { row in
        for tap in 0..<taps {
          row[tap * 16 + channel % 16] = folded.weights[channel * taps + tap]
        }
      }
    }
    records.append(
      .depthwise(
        Convolution(
          input: input, output: output, residual: nil, kernel: (kernel, kernel), stride: stride,
          padding: (pads.top, pads.left), weights: weights, bias: try Self.filled(folded.bias),
          activation: activation)))
    return output
  }

  /// Maximum or mean of windows; pixels outside the picture do not count.
  package mutating func pooling(
    _ input: Place, _ pooling: Kernels.Pooling, size: Int, stride: Int, padding: Int = 0,
    into output: Place? = nil
  ) -> Place {
    let output =
      output
      ?? tensor(
        channels: input.channels, height: (input.height + 2 * padding - size) / stride + 1,
        width: (input.width + 2 * padding - size) / stride + 1)
    records.append(
      .pooling(input, output, pooling, size: size, stride: stride, padding: padding))
    return output
  }
}
