import CodecLM
import CodecLMEvaluation
import TestSupport
import Testing

/// Widths cover each size of a tile, whole rows and rests; 24 inputs and 40 outputs end within a
/// block.
@Suite struct ConvolutionKernelTests {
  @Test(arguments: [1, 2, 6, 7, 13, 14, 15, 29], [false, true])
  func `a convolution is the sum of its terms`(width: Int, hasBorder: Bool) throws {
    let (height, inputs, outputs, kernel) = (3, 24, 40, 3)
    var x = BlockTensor(channels: inputs, height: height, width: width)
    (x.borderRows, x.borderColumns) = (1, 1)
    var y = BlockTensor(channels: outputs, height: height, width: width)
    if hasBorder { (y.borderRows, y.borderColumns) = (2, 1) }
    y.offset = BufferLayout.aligned(x.count)
    var residual = BlockTensor(channels: outputs, height: height, width: width)
    residual.offset = y.offset + BufferLayout.aligned(y.count)
    let buffer = try Self.buffer(residual.offset + residual.count, seed: 1)
    let weights = try Self.matrix(y.blocks, kernel * kernel * inputs * 16, seed: 2)
    let bias = try Self.matrix(1, y.blocks * 16, seed: 3)
    var places: [(row: Int, column: Int, block: Int)] = []
    for row in 0..<kernel {
      for column in 0..<kernel {
        for block in 0..<2 { places.append((row, column, block)) }
      }
    }
    let lanes = places.map { $0.block == 0 ? 16 : 8 }
    let terms = Kernels.ConvolutionTerms(
      offsets: places.map { x.index(block: $0.block, row: $0.row - 1, column: $0.column - 1) },
      lanes: lanes)
    let expected = Self.values(y) { o, r, c in
      var sum = Double(bias[0, o]) + Double(Self.element(buffer, residual, o, r, c))
      var next = 0
      for (place, count) in zip(places, lanes) {
        for lane in 0..<count {
          let weight = weights[o / 16, next * 16 + o % 16]
          let input = Self.element(
            buffer, x, place.block * 16 + lane, r + place.row - 1, c + place.column - 1)
          sum += Double(weight) * Double(input)
          next += 1
        }
      }
      return Float(min(max(sum, 0), 6))
    }
    Kernels.convolve(
      buffer, from: 0, pitch: x.pitch, terms, weights: weights, bias: bias, .relu6,
      rows: 0..<height, of: y, residual: residual)
    let found = Self.values(y) { Self.element(buffer, y, $0, $1, $2) }
    #expect(relativeDifference(found, expected) < 1e-5)
  }

  @Test(arguments: [3, 5], [1, 2])
  func `a depthwise convolution keeps channels apart`(kernel: Int, stride: Int) throws {
    let side = 17
    var x = BlockTensor(channels: 24, height: side, width: side)
    (x.borderRows, x.borderColumns) = (kernel / 2, kernel / 2)
    let half = (side + stride - 1) / stride
    var y = BlockTensor(channels: 24, height: half, width: half)
    y.offset = BufferLayout.aligned(x.count)
    let buffer = try Self.buffer(y.offset + y.count, seed: 4)
    let weights = try Self.matrix(2, kernel * kernel * 16, seed: 5)
    let bias = try Self.matrix(1, 32, seed: 6)
    let expected = Self.values(y) { o, r, c in
      var sum = Double(bias[0, o])
      for i in 0..<kernel {
        for j in 0..<kernel {
          let input = Self.element(
            buffer, x, o, r * stride + i - kernel / 2, c * stride + j - kernel / 2)
          sum += Double(weights[o / 16, (i * kernel + j) * 16 + o % 16]) * Double(input)
        }
      }
      return Float(max(sum, 0))
    }
    Kernels.depthwise(
      buffer, x, kernel: kernel, stride: stride, origin: (-(kernel / 2), -(kernel / 2)),
      weights: weights, bias: bias, .relu, into: y)
    let found = Self.values(y) { Self.element(buffer, y, $0, $1, $2) }
    #expect(relativeDifference(found, expected) < 1e-5)
  }

  @Test(arguments: [Kernels.Pooling.mean, .maximum])
  func `a window counts only what is inside the picture`(pooling: Kernels.Pooling) throws {
    let x = BlockTensor(channels: 16, height: 4, width: 3)
    var y = BlockTensor(channels: 16, height: 4, width: 3)
    y.offset = x.count
    let buffer = try Self.buffer(x.count + y.count, seed: 7)
    let expected = Self.values(y) { channel, r, c in
      var window: [Float] = []
      for row in max(r - 1, 0)...min(r + 1, 3) {
        for column in max(c - 1, 0)...min(c + 1, 2) {
          window.append(Self.element(buffer, x, channel, row, column))
        }
      }
      let sum = window.reduce(0, +)
      return pooling == .mean ? sum / Float(window.count) : window.reduce(-.infinity, max)
    }
    Kernels.pool(buffer, x, pooling, size: 3, stride: 1, padding: 1, into: y)
    let found = Self.values(y) { Self.element(buffer, y, $0, $1, $2) }
    #expect(relativeDifference(found, expected) < 1e-6)
  }

  @Test func `clearing a border leaves the picture`() throws {
    var x = BlockTensor(channels: 32, height: 2, width: 3)
    (x.borderRows, x.borderColumns) = (1, 2)
    let buffer = try FloatBuffer(count: x.count)
    Matrix(buffer, rows: 1, columns: x.count).fill(1)
    Kernels.clearBorder(buffer, x)
    #expect(Self.values(x) { Self.element(buffer, x, $0, $1, $2) }.allSatisfy { $0 == 1 })
    #expect(buffer.withSpan { all in all.indices.reduce(0) { $0 + all[$1] } } == 32 * 2 * 3)
  }

  private static func element(
    _ buffer: FloatBuffer, _ tensor: BlockTensor, _ channel: Int, _ row: Int, _ column: Int
  ) -> Float {
    let index = tensor.index(block: channel / 16, row: row, column: column) + channel % 16
    return buffer.withSpan { $0[index] }
  }

  private static func values(
    _ tensor: BlockTensor, _ value: (_ channel: Int, _ row: Int, _ column: Int) -> Float
  ) -> [Float] {
    var values: [Float] = []
    for channel in 0..<tensor.channels {
      for row in 0..<tensor.height {
        for column in 0..<tensor.width { values.append(value(channel, row, column)) }
      }
    }
    return values
  }

  private static func buffer(_ count: Int, seed: UInt64) throws -> FloatBuffer {
    try matrix(1, count, seed: seed).buffer
  }

  private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
    try .of(normals(rows * columns, seed: seed), rows: rows, columns: columns)
  }
}
