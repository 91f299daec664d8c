import CodecLM

extension NetworkBuilder {
  /// The network whose features are the means of a tensor's channels.
  package func build(output: Place) -> ConvolutionNetwork {
    let (placed, end) = laidOut(output: output)
    func at(_ place: Place) -> BlockTensor {
      let tensor = placed[place.tensor]
      return tensor.lanes == 16 ? tensor.blocks(place.blocks) : tensor
    }
    var layers: [any NetworkLayer] = []
    var written: Set<Int> = []
    var scratch = 0
    for record in records {
      let target = Self.output(of: record).tensor
      if written.insert(target).inserted, placed[target].hasBorder {
        layers.append(BorderLayer(tensor: placed[target]))
      }
      switch record {
      case .convolution(let c):
        let input = at(c.input)
        let terms = Self.terms(c.input, lanes: input.lanes, c.kernel)
        let offsets = terms.map {
          input.index(
            block: $0.block, row: $0.row - c.padding.top, column: $0.column - c.padding.left)
            - input.offset
        }
        let layer = ConvolutionLayer(
          input: input, output: at(c.output), residual: c.residual.map(at),
          terms: Kernels.ConvolutionTerms(offsets: offsets, lanes: terms.map(\.lanes)),
          stride: c.stride, weights: c.weights, bias: c.bias, activation: c.activation,
          scratchOffset: end)
        scratch = max(scratch, layer.scratch)
        layers.append(layer)
      case .depthwise(let c):
        layers.append(
          DepthwiseLayer(
            input: at(c.input), output: at(c.output), kernel: c.kernel.rows, stride: c.stride,
            padding: c.padding, weights: c.weights, bias: c.bias, activation: c.activation))
      case .pooling(let input, let output, let pooling, let size, let stride, let padding):
        layers.append(
          PoolingLayer(
            input: at(input), output: at(output), pooling: pooling, size: size, stride: stride,
            padding: padding))
      }
    }
    return ConvolutionNetwork(
      input: placed[0], output: at(output), features: output.channels, layers: layers,
      floats: end + scratch + BlockTensor.lanes)
  }
  /// Up to 16 inputs of an output: channels of a block at one place of the kernel, or a row of the
  /// kernel over the interleaved channels of a picture.
  struct Term {
    let block: Int
    let row: Int
    let column: Int
    let lanes: Int
    fileprivate let isInterleaved: Bool

    /// Index in [inputs, rows, columns] of a lane's weight; nil for a lane that is always zero.
    func weight(_ lane: Int, _ inputs: Int, _ kernel: (rows: Int, columns: Int)) -> Int? {
      let channel = isInterleaved ? lane % 4 : block * 16 + lane
      let column = isInterleaved ? lane / 4 : column
      guard channel < inputs else { return nil }
      return (channel * kernel.rows + row) * kernel.columns + column
    }
  }

  /// The terms of a convolution in the order in which they are summed.
  static func terms(
    _ input: Place, lanes: Int, _ kernel: (rows: Int, columns: Int)
  ) -> [Term] {
    if lanes == 4 {
      precondition(kernel.columns <= 4, "a kernel of \(kernel.columns) columns on a picture")
      return (0..<kernel.rows).map {
        Term(block: 0, row: $0, column: 0, lanes: 4 * kernel.columns, isInterleaved: true)
      }
    }
    return (0..<kernel.rows).flatMap { row in
      (0..<kernel.columns).flatMap { column in
        (0..<input.blocks.count).map {
          Term(
            block: $0, row: row, column: column, lanes: min(16, input.channels - 16 * $0),
            isInterleaved: false)
        }
      }
    }
  }

  /// How many zeros a convolution sees in all and before the first pixel; the input gets a border
  /// that has them.
  mutating func reserveBorder(
    _ input: Place, kernel: (rows: Int, columns: Int), stride: Int, _ padding: Padding
  ) -> (rows: Int, columns: Int, top: Int, left: Int) {
    func total(_ side: Int, _ kernel: Int) -> Int {
      max(((side + stride - 1) / stride - 1) * stride + kernel - side, 0)
    }
    let (rows, columns) =
      switch padding {
      case .same: (total(input.height, kernel.rows), total(input.width, kernel.columns))
      case .none: (0, 0)
      case .symmetric(let rows, let columns): (2 * rows, 2 * columns)
      }
    let tensor = tensors[input.tensor]
    tensors[input.tensor].borderRows = max(tensor.borderRows, (rows + 1) / 2)
    tensors[input.tensor].borderColumns = max(tensor.borderColumns, (columns + 1) / 2)
    return (rows, columns, rows / 2, columns / 2)
  }

  static func filled(_ bias: [Float]) throws -> Matrix {
    let row = try Matrix(rows: 1, columns: BufferLayout.aligned(bias.count))
    row.columns(0..<bias.count).fill(from: bias)
    return row
  }

  static func output(of record: Record) -> Place {
    switch record {
    case .convolution(let c), .depthwise(let c): c.output
    case .pooling(_, let output, _, _, _, _): output
    }
  }

  private static func inputs(of record: Record) -> [Place] {
    switch record {
    case .convolution(let c), .depthwise(let c): [c.input] + (c.residual.map { [$0] } ?? [])
    case .pooling(let input, _, _, _, _, _): [input]
    }
  }

  /// The tensors with their places in the arena, each in the lowest that is free while it is needed,
  /// and the arena's end.
  private func laidOut(output: Place) -> (tensors: [BlockTensor], end: Int) {
    var first = [Int](repeating: .max, count: tensors.count)
    var last = [Int](repeating: -1, count: tensors.count)
    first[0] = -1
    for (step, record) in records.enumerated() {
      let target = Self.output(of: record).tensor
      first[target] = min(first[target], step)
      for place in Self.inputs(of: record) + [Self.output(of: record)] {
        last[place.tensor] = step
      }
    }
    last[output.tensor] = records.count
    var placed = tensors
    var done: [Int] = []
    var end = 0
    for tensor in tensors.indices.sorted(by: { first[$0] < first[$1] }) {
      let neighbours = done.filter { first[$0] <= last[tensor] && first[tensor] <= last[$0] }
        .map { placed[$0].offset..<placed[$0].offset + placed[$0].count }
        .sorted { $0.lowerBound < $1.lowerBound }
      var offset = 0
      for taken in neighbours where offset + placed[tensor].count > taken.lowerBound {
        offset = max(offset, BufferLayout.aligned(taken.upperBound))
      }
      placed[tensor].offset = offset
      end = max(end, BufferLayout.aligned(offset + placed[tensor].count))
      done.append(tensor)
    }
    return (placed, end)
  }
}
