import CodecLM
import TestSupport
import Testing

/// Every layer's backward against finite differences.
@Suite struct LayerGradientTests {
  static let tolerance = 1e-3

  @Test(arguments: [(3, 5, 2), (7, 4, 19)])
  func `linear`(rows: Int, inputs: Int, outputs: Int) throws {
    let x = try randomMatrix(rows, inputs, seed: 1)
    let weight = try randomMatrix(outputs, inputs, seed: 2)
    let w = try randomMatrix(rows, outputs, seed: 3)
    let y = try Matrix(rows: rows, columns: outputs)
    let loss = {
      Linear.forward(x, weight: weight, into: y)
      return inner(w, y)
    }
    let dx = try Matrix(rows: rows, columns: inputs)
    let dweight = try Matrix(rows: outputs, columns: inputs)
    Linear.backwardInput(w, weight: weight, into: dx)
    Linear.backwardWeight(w, x, outputs: 0..<1, addingTo: dweight)
    Linear.backwardWeight(w, x, outputs: 1..<outputs, addingTo: dweight)
    #expect(GradientCheck().error(x, dx, loss: loss) < Self.tolerance)
    #expect(GradientCheck().error(weight, dweight, loss: loss) < Self.tolerance)
  }

  @Test(arguments: [(3, 5), (2, 40)])
  func `RMS norm`(rows: Int, columns: Int) throws {
    let x = try randomMatrix(rows, columns, seed: 1)
    let weight = try randomMatrix(1, columns, seed: 2)
    let w = try randomMatrix(rows, columns, seed: 3)
    let (y, rstd) = (
      try Matrix(rows: rows, columns: columns), try Matrix(rows: rows, columns: 1)
    )
    let loss = {
      Kernels.rmsNorm(x, weight: weight, epsilon: 1e-5, into: y, rstd: rstd)
      return inner(w, y)
    }
    _ = loss()
    let expected = y.elements
    let dx = try Matrix(rows: rows, columns: columns)
    let dweight = try Matrix(rows: 1, columns: columns)
    let again = try Matrix(rows: rows, columns: columns)
    Kernels.rmsNormBackward(
      x, weight: weight, rstd: rstd, dy: w, addingTo: dx, dweight: dweight, recomputing: again)
    for (first, second) in zip(expected, again.elements) { #expect(abs(first - second) < 1e-6) }
    #expect(GradientCheck().error(x, dx, loss: loss) < Self.tolerance)
    #expect(GradientCheck().error(weight, dweight, loss: loss) < Self.tolerance)
  }

  @Test func `SwiGLU`() throws {
    let gateUp = try randomMatrix(3, 14, seed: 1)
    let w = try randomMatrix(3, 7, seed: 2)
    let y = try Matrix(rows: 3, columns: 7)
    let loss = {
      Kernels.swiGLU(gateUp, into: y)
      return inner(w, y)
    }
    let dgateUp = try Matrix(rows: 3, columns: 14)
    let again = try Matrix(rows: 3, columns: 7)
    Kernels.swiGLUBackward(gateUp, dy: w, dgateUp: dgateUp, recomputing: again)
    _ = loss()
    #expect(y.elements == again.elements)
    #expect(GradientCheck().error(gateUp, dgateUp, loss: loss) < Self.tolerance)
  }

  @Test func `rotary embedding`() throws {
    let shape = LlamaConfiguration(
      vocabulary: 3, hiddenSize: 12, intermediateSize: 4, layers: 1, heads: 2, contextLength: 9)
    let rotary = try RotaryEmbedding(shape)
    let x = try randomMatrix(3, 18, seed: 1)
    let w = try randomMatrix(3, 18, seed: 2)
    let positions: [Int32] = [8, 0, 5]
    let y = try Matrix(rows: 3, columns: 18)
    let loss = {
      y.copy(from: x)
      rotary.forward(y, heads: 2, positions: positions, 0..<3)
      return inner(w, y)
    }
    let dx = try Matrix(rows: 3, columns: 18)
    dx.copy(from: w)
    rotary.backward(dx, heads: 2, positions: positions, 0..<3)
    #expect(GradientCheck().error(x, dx, loss: loss) < Self.tolerance)
    _ = loss()
    #expect(y.rows(0..<3).columns(12..<18).elements == x.columns(12..<18).elements)
  }

  // Up to and across the end of a block of queries and of one of keys; heads that share keys and
  // values.
  @Test(arguments: [(1, 2, 1), (5, 2, 1), (64, 3, 3), (101, 4, 2), (385, 2, 2), (530, 2, 1)])
  func `attention`(length: Int, heads: Int, keyValueHeads: Int) throws {
    let shape = LlamaConfiguration(
      vocabulary: 3, hiddenSize: heads * 6, intermediateSize: 4, layers: 1, heads: heads,
      keyValueHeads: keyValueHeads, contextLength: length)
    let attention = Attention(shape)
    let qkv = try randomMatrix(length, (heads + 2 * keyValueHeads) * 6, seed: 1)
    let w = try randomMatrix(length, heads * 6, seed: 2)
    let y = try Matrix(rows: length, columns: heads * 6)
    let (lse, delta) = (
      try Matrix(rows: length, columns: heads), try Matrix(rows: length, columns: heads)
    )
    let scratch = try BufferPlan.build { Attention.Scratch(&$0, shape, longest: length) }
    let loss = {
      for head in 0..<keyValueHeads {
        attention.forward(keyValueHead: head, qkv: qkv, scratch: scratch, into: y, lse: lse)
      }
      return inner(w, y)
    }
    _ = loss()
    Kernels.headDots(y, w, into: delta)
    let dqkv = try randomMatrix(length, qkv.columns, seed: 7)
    for head in 0..<keyValueHeads {
      attention.backward(
        keyValueHead: head, qkv: qkv, lse: lse, dy: w, delta: delta, scratch: scratch, into: dqkv)
    }
    // The softmax's third derivative is larger than the other layers': a smaller step.
    #expect(GradientCheck(epsilon: 3e-3).error(qkv, dqkv, loss: loss) < 2 * Self.tolerance)
  }

  @Test func `cross-entropy`() throws {
    let x = try randomMatrix(4, 7, seed: 1)
    let targets: [Int32] = [9, 3, -1, 0, 6]
    let weights: [Float] = [7, 0.5, 3, -1.25, 2]
    let (work, losses) = (try Matrix(rows: 4, columns: 7), try Matrix(rows: 4, columns: 1))
    let loss = {
      work.copy(from: x)
      Kernels.crossEntropy(work, targets: targets, 1..<5, exponentialSums: nil, losses: losses)
      return zip(losses.elements, weights[1...]).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    }
    let (dx, sums) = (try Matrix(rows: 4, columns: 7), try Matrix(rows: 4, columns: 1))
    dx.copy(from: x)
    Kernels.crossEntropy(dx, targets: targets, 1..<5, exponentialSums: sums, losses: losses)
    Kernels.crossEntropyBackward(
      dx, targets: targets, weights: weights, 1..<5, exponentialSums: sums)
    #expect(losses[1, 0] == 0)
    #expect(GradientCheck().error(x, dx, loss: loss) < Self.tolerance)
  }

  @Test func `embedding`() throws {
    let table = try randomMatrix(5, 6, seed: 1)
    let w = try randomMatrix(4, 6, seed: 2)
    let tokens: [Int32] = [3, 0, 3, 4]
    let y = try Matrix(rows: 4, columns: 6)
    let loss = {
      Kernels.gather(table, tokens, 0..<4, into: y)
      return inner(w, y)
    }
    let dtable = try Matrix(rows: 5, columns: 6)
    Kernels.scatterAdd(w, tokens, columns: 0..<4, into: dtable)
    Kernels.scatterAdd(w, tokens, columns: 4..<6, into: dtable)
    #expect(GradientCheck().error(table, dtable, loss: loss) < Self.tolerance)
  }
}
