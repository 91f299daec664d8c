import Foundation

/// How fast a model trains and decodes here, on random tokens.
package struct Benchmark: Sendable {
  /// Rows of a training batch.
  package var batch: Int
  /// Positions of a row, each row one sequence.
  package var context: Int
  /// Whether training recomputes activations.
  package var recomputes = false
  /// Seconds to measure for.
  package var seconds = 5.0

  /// What is measured.
  package let model: Llama

  let pool: WorkerPool

  /// What was measured.
  package struct Result: Sendable {
    /// Median over steps.
    package let tokensPerSecond: Double
    /// Operations, or bytes of weights read, a second.
    package let rate: Double
  }

  /// A benchmark of a model of this shape with random parameters.
  ///
  /// - Throws: ``LlamaConfigurationError``, ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ configuration: LlamaConfiguration, batch: Int, context: Int, pool: WorkerPool = .shared
  ) throws {
    self.init(
      try Llama(configuration, seed: 0, pool: pool), batch: batch, context: context, pool: pool)
  }

  /// A benchmark of a trained model; ``training()`` changes its parameters.
  package init(_ model: Llama, batch: Int, context: Int, pool: WorkerPool = .shared) {
    self.model = model
    self.batch = batch
    self.context = context
    self.pool = pool
  }

  /// Number of the model's trained numbers.
  package var parameterCount: Int { model.configuration.parameterCount }

  /// Whole optimiser steps; the rate counts the model's operations, see
  /// ``LlamaConfiguration/trainingOperations(context:)``.
  package func training() throws -> Result {
    let layout = model.layout
    let graph = try LlamaGraph(
      model, capacity: batch * context, recomputing: recomputes, pool: pool)
    let gradients = LlamaParameters(layout, try FloatBuffer(count: layout.buffer.count))
    let optimizer = try Optimizer(layout, Optimizer.Options(muon: nil), pool: pool)
    let tokens = randomTokens(batch * context + 1)
    let inputs = LlamaInputs(
      tokens: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()),
      segments: (0..<batch).map { $0 * context..<($0 + 1) * context })
    let weights = [Float](repeating: 1 / Float(batch * context), count: batch * context)
    var step = 0
    let median = measure {
      step += 1
      gradients.buffer.zero()
      _ = graph.losses(of: inputs, beforeBackward: true)
      graph.backward(weights: weights, into: gradients)
      optimizer.update(
        model.parameters.buffer, gradients: gradients.buffer,
        norm: optimizer.norm(gradients.buffer), step: step, learningRate: 1e-4)
    }
    let speed = Double(batch * context) / median
    return Result(
      tokensPerSecond: speed,
      rate: speed * model.configuration.trainingOperations(context: context))
  }

  /// One token for each of `streams` at a time, up to half of the context; the rate counts a reading
  /// of all matrices for each pass.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, ``LlamaError``.
  package func decoding(streams: Int, weights: DecoderWeights) throws -> Result {
    // Keys and values are rounded where weights are, as in Generator.
    var decoder = try LlamaDecoder(
      weights, slots: streams, capacity: context, cache: weights.format == .f32 ? .f32 : .f16,
      pool: pool)
    let tokens = randomTokens(streams)
    let median = try measure {
      for slot in 0..<streams where decoder.count(slot: slot) >= decoder.capacity / 2 {
        decoder.reset(slot: slot)
      }
      _ = try decoder.advance(tokens.enumerated().map { .init(slot: $0.offset, token: $0.element) })
    }
    return Result(
      tokensPerSecond: Double(streams) / median, rate: Double(weights.bytesPerPass) / median)
  }

  /// The model's weights as decoding reads them.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package func weights(_ format: WeightFormat) throws -> DecoderWeights {
    try DecoderWeights(model, format: format, pool: pool)
  }

  /// The mean over `sequences` of the bits that a decoder with these weights spends on one: on every
  /// token behind its prefix, given those before it, in windows of the model's context length.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, ``LlamaError``.
  package func bits(of sequences: [TokenSequence], weights: DecoderWeights) throws -> Double {
    let longest = sequences.map(\.positionCount).max() ?? 1
    let capacity = min(max(longest, 1), model.configuration.contextLength)
    var decoder = try LlamaDecoder(weights, slots: 1, capacity: capacity, pool: pool)
    var nats = 0.0
    for sequence in sequences {
      let losses = try decoder.losses(of: sequence.tokens).dropFirst(sequence.prefixCount - 1)
      nats += losses.reduce(0) { $0 + Double($1) }
    }
    return nats / log(2) / Double(max(sequences.count, 1))
  }

  private func randomTokens(_ count: Int) -> [Int32] {
    var random = RandomStream(seed: 1)
    return (0..<count).map { _ in
      Int32.random(in: 0..<Int32(model.configuration.vocabulary), using: &random)
    }
  }

  /// The median duration of `work` in seconds; one to three calls to warm up are not counted.
  private func measure(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var start = clock.now
    for _ in 0..<3 {
      try work()
      if (clock.now - start) / .seconds(1) > seconds { break }
    }
    start = clock.now
    var durations: [Double] = []
    while durations.count < 3 || (clock.now - start) / .seconds(1) < seconds {
      durations.append(try clock.measure(work) / .seconds(1))
    }
    return durations.sorted()[durations.count / 2]
  }
}
