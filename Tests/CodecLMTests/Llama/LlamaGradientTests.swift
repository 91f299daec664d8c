import CodecLM
import TestSupport
import Testing

/// What a whole pass adds to its layers: the order of its steps and who writes where.
@Suite struct LlamaGradientTests {
  struct Batch {
    var tokens: [Int32]
    let targets: [Int32]
    let segments: [Range<Int>]

    var inputs: LlamaInputs { LlamaInputs(tokens: tokens, targets: targets, segments: segments) }

    /// Random tokens; each predicts the next of its segment.
    init(count: Int, segments: [Range<Int>], vocabulary: Int, seed: UInt64 = 5) {
      var random = RandomStream(seed: seed)
      let tokens = (0..<count).map { _ in
        Int32.random(in: 0..<Int32(vocabulary), using: &random)
      }
      var targets = [Int32](repeating: -1, count: count)
      for segment in segments {
        for position in segment.dropLast() { targets[position] = tokens[position + 1] }
      }
      (self.tokens, self.targets, self.segments) = (tokens, targets, segments)
    }
  }

  struct Result: Equatable {
    let loss: Double
    let gradients: [UInt32]
  }

  /// Every width differs from every other.
  static func tiny(tied: Bool) -> LlamaConfiguration {
    LlamaConfiguration(
      vocabulary: 11, hiddenSize: 8, intermediateSize: 13, layers: 2, heads: 4, keyValueHeads: 2,
      headDimension: 6, contextLength: 9, tiesEmbeddings: tied)
  }

  static let tinyBatch = Batch(
    count: 20, segments: [2..<6, 6..<13, 15..<19], vocabulary: 11)

  /// Wide enough for several blocks of weights and of embedding columns.
  static let wide = LlamaConfiguration(
    vocabulary: 150, hiddenSize: 72, intermediateSize: 100, layers: 2, heads: 6, keyValueHeads: 3,
    headDimension: 12, contextLength: 100)

  /// Three chunks of rows; a segment of two blocks of queries, one across two chunks.
  static let wideBatch = Batch(
    count: 300, segments: [0..<100, 103..<104, 104..<170, 180..<300 - 30], vocabulary: 150)

  /// A model whose weights are large enough for every part to matter.
  static func model(_ configuration: LlamaConfiguration, deviation: Double) throws -> Llama {
    let model = try Llama(zero: configuration)
    for (index, region) in model.layout.buffer.regions.enumerated() {
      let numbers = normals(region.count, seed: UInt64(index + 1), deviation: deviation)
      let mean: Float = region.shape.count == 1 ? 1 : 0
      Matrix(model.parameters.buffer, region).fill(from: numbers.map { $0 + mean })
    }
    return model
  }

  static func gradients(of model: Llama) throws -> LlamaParameters {
    LlamaParameters(model.layout, try FloatBuffer(count: model.layout.buffer.count))
  }

  static func flat(_ parameters: LlamaParameters) -> Matrix {
    Matrix(parameters.buffer, rows: 1, columns: parameters.buffer.count)
  }

  static func run(_ graph: LlamaGraph, _ model: Llama, _ batch: Batch) throws -> Result {
    let gradients = try gradients(of: model)
    let loss = graph.accumulateGradients(of: batch.inputs, scale: 0.125, into: gradients)
    return Result(loss: loss, gradients: flat(gradients).bits)
  }

  @Test(arguments: [false, true])
  func `gradients agree with finite differences`(tied: Bool) throws {
    let model = try Self.model(Self.tiny(tied: tied), deviation: 0.3)
    let batch = Self.tinyBatch
    let graph = try LlamaGraph(model, capacity: 20)
    let gradients = try Self.gradients(of: model)
    _ = graph.accumulateGradients(of: batch.inputs, scale: 1, into: gradients)
    let parameters = Self.flat(model.parameters)
    // All parameters move at once, so curvature rules: the error falls with ε² from 0.16 at 1e-2 to
    // 5e-4 here, and rounding does not show yet.
    let error = GradientCheck(epsilon: 5e-4).error(parameters, Self.flat(gradients)) {
      graph.losses(of: batch.inputs)
        .reduce(0) { $0 + Double($1) }
    }
    #expect(error < 1e-3)
  }

  @Test func `a pass leaves nothing behind for the next`() throws {
    let model = try Self.model(Self.wide, deviation: 0.1)
    let graph = try LlamaGraph(model, capacity: 300)
    let expected = try Self.run(graph, model, Self.wideBatch)
    let other = Batch(
      count: 290, segments: [0..<90, 90..<180, 200..<290], vocabulary: 150, seed: 9)
    _ = try Self.run(graph, model, other)
    #expect(try Self.run(graph, model, Self.wideBatch) == expected)
  }

  @Test func `a pass allocates no buffer`() throws {
    let model = try Self.model(Self.tiny(tied: false), deviation: 0.3)
    let graph = try LlamaGraph(model, capacity: 20)
    let gradients = try Self.gradients(of: model)
    let batch = Self.tinyBatch
    // Other tests allocate beside this one, so one pass of many without a new buffer is enough.
    let untouched = (0..<200).contains { _ in
      let before = FloatBuffer.allocations
      _ = graph.accumulateGradients(of: batch.inputs, scale: 1, into: gradients)
      return FloatBuffer.allocations == before
    }
    #expect(untouched)
  }

  @Test func `gradients accumulate`() throws {
    let model = try Self.model(Self.wide, deviation: 0.1)
    let graph = try LlamaGraph(model, capacity: 300)
    let batch = Self.wideBatch
    let (once, twice) = (try Self.gradients(of: model), try Self.gradients(of: model))
    for target in [once, twice, twice] {
      _ = graph.accumulateGradients(of: batch.inputs, scale: 1, into: target)
    }
    for region in model.layout.buffer.regions {
      let single = Matrix(once.buffer, region).elements
      let double = Matrix(twice.buffer, region).elements
      let largest = single.map { abs($0) }.max() ?? 0
      #expect(largest > 0, "\(region.name)")
      // A product adds its partial sums to what is there, in another order than alone.
      let worst = zip(single, double).map { abs(2 * $0 - $1) }.max() ?? 0
      #expect(worst <= 1e-5 * largest, "\(region.name)")
    }
  }
}
