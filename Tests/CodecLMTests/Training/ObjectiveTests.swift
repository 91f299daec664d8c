import CodecLM
import TestSupport
import Testing

/// Learns the last half of each sequence, as a user would write it.
private struct LastHalf: Objective {
  func weights(of losses: [Float], in batch: TokenBatch) -> [Float] {
    var weights = [Float](repeating: 0, count: losses.count)
    for segment in batch.segments {
      for position in segment.suffix(segment.count / 2) { weights[position] = 1 }
    }
    return weights
  }
}

/// Learns what is unlikely yet: weights that depend on the losses.
private struct Focus: Objective {
  func weights(of losses: [Float], in batch: TokenBatch) -> [Float] {
    zip(losses, batch.weights).map { $0 * $1 }
  }
}

@Suite struct ObjectiveTests {
  private static func withStore(_ body: (TokenStore) throws -> Void) throws {
    try withTemporaryFolder { try body(TinyRun.store(6, in: $0)) }
  }

  private static func trainer(
    _ store: TokenStore, _ objective: any Objective
  ) throws -> Trainer {
    try Trainer(try TinyRun.model(), store, TinyRun.options(steps: 9), objective: objective)
  }

  private static func batch(_ store: TokenStore) throws -> TokenBatch {
    var sampler = try BatchSampler(store, rows: 2, context: 128, seed: 0)
    return sampler.next()
  }

  private static func gradients(
    _ model: Llama, _ batch: TokenBatch, _ weights: [([Float]) -> [Float]]
  ) throws -> [Float] {
    let graph = try LlamaGraph(model, capacity: batch.tokens.count)
    let gradients = LlamaParameters(
      model.layout, try FloatBuffer(count: model.layout.buffer.count))
    for weights in weights {
      let losses = graph.losses(of: LlamaInputs(batch), beforeBackward: true)
      graph.backward(weights: weights(losses), into: gradients)
    }
    return gradients.buffer.withSpan { all in all.indices.map { all[$0] } }
  }

  @Test func `an objective's gradient is the sum of those of the positions it takes`() throws {
    try Self.withStore { store in
      let (model, batch) = (try TinyRun.model(), try Self.batch(store))
      let together = try Self.gradients(model, batch, [{ LastHalf().weights(of: $0, in: batch) }])
      let positions = batch.segments.flatMap { Array($0.suffix($0.count / 2)) }
      let apart = try Self.gradients(
        model, batch,
        positions.map { position in
          { $0.indices.map { $0 == position ? 1 : 0 } }
        })
      let largest = together.map { abs($0) }.max() ?? 0
      let worst = zip(together, apart).map { abs($0 - $1) }.max() ?? .infinity
      #expect(!positions.isEmpty && largest > 0 && worst < 1e-4 * largest, "\(worst) of \(largest)")
    }
  }

  @Test func `an objective gets the likelihoods of the batch that the step is made on`() throws {
    try Self.withStore { store in
      let batch = try Self.batch(store)
      let graph = try LlamaGraph(try TinyRun.model(), capacity: batch.tokens.count)
      let losses = graph.losses(of: LlamaInputs(batch))
      let expected = losses.reduce(0.0) { $0 + Double($1) } / Double(batch.predictions)
      for objective in [MaximumLikelihood(), LastHalf(), Focus()] as [any Objective] {
        var trainer = try Self.trainer(store, objective)
        let step = try trainer.step()
        #expect(step.loss == expected, "the loss that is told is the likelihood")
      }
    }
  }

  @Test func `steps of other objectives go elsewhere, and down by their own measure`() throws {
    try Self.withStore { store in
      var ends: [[UInt32]] = []
      for objective in [MaximumLikelihood(), LastHalf(), Focus()] as [any Objective] {
        var trainer = try Self.trainer(store, objective)
        let batch = try Self.batch(store)
        func measure() throws -> Double {
          let graph = try LlamaGraph(trainer.model, capacity: batch.tokens.count)
          let losses = graph.losses(of: LlamaInputs(batch))
          return zip(losses, objective.weights(of: losses, in: batch))
            .reduce(0) { $0 + Double($1.0 * $1.1) }
        }
        let before = try measure()
        for _ in 0..<9 { _ = try trainer.step() }
        #expect(try measure() < before)
        ends.append(TestModels.bits(trainer.model.parameters.buffer))
      }
      #expect(Set(ends).count == 3)
    }
  }
}
