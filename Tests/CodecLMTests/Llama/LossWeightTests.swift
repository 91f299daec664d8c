import CodecLM
import TestSupport
import Testing

/// A loss for each position out, a weight for each back in.
@Suite struct LossWeightTests {
  private static let batch = LlamaGradientTests.tinyBatch

  private static func weights(seed: UInt64) -> [Float] { normals(batch.tokens.count, seed: seed) }

  private static func gradients(
    _ graph: LlamaGraph, _ model: Llama, _ weights: [Float], _ inputs: LlamaInputs = batch.inputs
  ) throws -> Matrix {
    let gradients = try LlamaGradientTests.gradients(of: model)
    _ = graph.losses(of: inputs, beforeBackward: true)
    graph.backward(weights: weights, into: gradients)
    return LlamaGradientTests.flat(gradients)
  }

  @Test(arguments: [false, true])
  func `weighted gradients agree with finite differences of the weighted losses`(tied: Bool) throws
  {
    let model = try LlamaGradientTests.model(LlamaGradientTests.tiny(tied: tied), deviation: 0.3)
    let graph = try LlamaGraph(model, capacity: 20)
    let weights = Self.weights(seed: 3)
    let gradients = try Self.gradients(graph, model, weights)
    let parameters = LlamaGradientTests.flat(model.parameters)
    let error = GradientCheck(epsilon: 5e-4).error(parameters, gradients) {
      zip(graph.losses(of: Self.batch.inputs), weights)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    #expect(error < 2e-3)
  }

  @Test func `positions of weight 0 count as little as positions without a target`() throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.tiny(tied: false), deviation: 0.3)
    let graph = try LlamaGraph(model, capacity: 20)
    var (weights, targets) = (Self.weights(seed: 4), Self.batch.targets)
    for position in [3, 6, 7, 16] {
      weights[position] = 0
      targets[position] = -1
    }
    let weighted = try Self.gradients(graph, model, weights)
    let masked = try Self.gradients(
      graph, model, Self.weights(seed: 4),
      LlamaInputs(tokens: Self.batch.tokens, targets: targets, segments: Self.batch.segments))
    #expect(weighted.bits == masked.bits)
  }

  @Test func `a pass for losses alone gives the bits of one before a backward pass`() throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let graph = try LlamaGraph(model, capacity: 300)
    let inputs = LlamaGradientTests.wideBatch.inputs
    #expect(graph.losses(of: inputs) == graph.losses(of: inputs, beforeBackward: true))
  }

  @Test func `a backward pass needs the forward pass before it`() async {
    await #expect(processExitsWith: .failure) {
      let model = try Llama(LlamaGradientTests.tiny(tied: false), seed: 1)
      let graph = try LlamaGraph(model, capacity: 20)
      let inputs = LlamaGradientTests.tinyBatch.inputs
      let gradients = try LlamaGradientTests.gradients(of: model)
      _ = graph.losses(of: inputs)
      graph.backward(weights: inputs.tokens.map { _ in 1 }, into: gradients)
    }
  }
}
