/// How fast a model trains and decodes here, on random tokens.
public struct Benchmark: Sendable {
  /// Rows of a training batch.
  public var batch: Int
  /// Positions of a row, each row one sequence.
  public var context: Int
  /// Whether training recomputes activations.
  public var recomputes = false
  /// Seconds to measure for.
  public var seconds = 5.0

  private let model: Llama
  private let pool: WorkerPool

  /// What was measured.
  public struct Result: Sendable {
    /// Median over steps.
    public let tokensPerSecond: Double
    /// Operations, or bytes of weights read, a second.
    public let rate: Double
  }

  /// A benchmark of a model of this shape with random parameters.
  ///
  /// - Throws: ``LlamaConfigurationError``, ``NumericsError/outOfMemory(bytes:)``.
  public init(
    _ configuration: LlamaConfiguration, batch: Int, context: Int, pool: WorkerPool = .shared
  ) throws {
    model = try Llama(configuration, seed: 0, pool: pool)
    self.batch = batch
    self.context = context
    self.pool = pool
  }

  /// Bytes of the parameters.
  public var parameterBytes: Int { model.parameters.buffer.count * 4 }

  /// Whole optimiser steps; the rate counts the model's operations, see
  /// ``LlamaConfiguration/trainingOperations(context:)``.
  public func training() throws -> Result {
    let layout = model.layout
    let graph = try LlamaGraph(
      model, capacity: batch * context, recomputing: recomputes, pool: pool)
    let gradients = LlamaParameters(layout, try FloatBuffer(count: layout.buffer.count))
    let optimizer = try AdamW(layout.buffer, AdamW.Options(), pool: pool)
    let tokens = randomTokens(batch * context + 1)
    let segments = (0..<batch).map { $0 * context..<($0 + 1) * context }
    var step = 0
    let median = measure {
      step += 1
      gradients.buffer.zero()
      _ = graph.accumulateGradients(
        tokens: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()),
        segments: segments, scale: 1 / Float(batch * context), into: gradients)
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
  public func decoding(streams: Int) throws -> Result {
    let weights = try DecoderWeights(model, pool: pool)
    var decoder = try LlamaDecoder(weights, slots: streams, capacity: context, pool: pool)
    let tokens = randomTokens(streams)
    let median = measure {
      for slot in 0..<streams where decoder.count(slot: slot) >= decoder.capacity / 2 {
        decoder.reset(slot: slot)
      }
      _ = decoder.advance(tokens.enumerated().map { .init(slot: $0.offset, token: $0.element) })
    }
    return Result(
      tokensPerSecond: Double(streams) / median, rate: Double(weights.bytesPerPass) / median)
  }

  private func randomTokens(_ count: Int) -> [Int32] {
    var random = RandomStream(seed: 1)
    return (0..<count).map { _ in
      Int32.random(in: 0..<Int32(model.configuration.vocabulary), using: &random)
    }
  }

  /// The median duration of `work` in seconds; one to three calls to warm up are not counted.
  private func measure(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    var start = clock.now
    for _ in 0..<3 {
      work()
      if (clock.now - start) / .seconds(1) > seconds { break }
    }
    start = clock.now
    var durations: [Double] = []
    while durations.count < 3 || (clock.now - start) / .seconds(1) < seconds {
      durations.append(clock.measure(work) / .seconds(1))
    }
    return durations.sorted()[durations.count / 2]
  }
}
