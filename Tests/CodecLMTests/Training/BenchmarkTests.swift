import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct BenchmarkTests {
  @Test func `bits are the mean of the sequences' losses, and close in every format`() throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let sequences = [
      TokenSequence(prefix: [3], body: [1, 4, 1, 5]), TokenSequence(prefix: [9], body: [2], end: 6),
    ]
    let benchmark = Benchmark(model, batch: 1, context: 8)
    let graph = try LlamaGraph(model, capacity: 8)
    let nats = sequences.flatMap { sequence in
      graph.losses(
        of: LlamaInputs(
          tokens: Array(sequence.inputs), targets: sequence.targets,
          segments: [0..<sequence.positionCount]))
    }.reduce(0, +)
    let expected = Double(nats) / log(2) / 2
    for (format, bound) in [(WeightFormat.f32, 1e-5), (.f16, 1e-3), (.bf16, 5e-3), (.q8, 1e-2)] {
      let bits = try benchmark.bits(of: sequences, weights: benchmark.weights(format))
      #expect(abs(bits - expected) < bound * expected, "\(format): \(bits), \(expected)")
    }
  }

  @Test func `a sequence that is longer than the context is taken in windows`() throws {
    var shape = LlamaGradientTests.wide
    shape.contextLength = 4
    let model = try LlamaGradientTests.model(shape, deviation: 0.1)
    let benchmark = Benchmark(model, batch: 1, context: 4)
    let weights = try benchmark.weights(.f32)
    let whole = try benchmark.bits(
      of: [TokenSequence(prefix: [3], body: [1, 4, 1, 5, 9, 2])], weights: weights)
    let parts = try benchmark.bits(
      of: [
        TokenSequence(prefix: [3], body: [1, 4, 1, 5]), TokenSequence(prefix: [5], body: [9, 2]),
      ], weights: weights)
    #expect(abs(whole - 2 * parts) < 1e-6 * whole)
  }

  @Test(arguments: [(vocabulary: 40, context: 64), (vocabulary: 300, context: 1)])
  func `of a model that cannot hold a stream nothing is said of the grammar`(
    vocabulary: Int, context: Int
  ) throws {
    let shape = LlamaConfiguration.preset(
      .nano, vocabulary: vocabulary, contextLength: context)
    let model = try Llama(shape, seed: 0)
    var constraint = ConstraintBenchmark(
      Checkpoint(model, .bytes, TinyRun.profile), try DecoderWeights(model, format: .f32))
    (constraint.rounds, constraint.draws) = (1, 2)
    let result = try constraint.run()
    #expect((result == nil) == (vocabulary == 40))
    #expect(result?.share.isNaN != true)
  }

  @Test func `rates are counted from tokens, operations and bytes`() throws {
    let shape = LlamaGradientTests.wide
    var benchmark = try Benchmark(shape, batch: 2, context: 8)
    benchmark.seconds = 0.01
    let training = try benchmark.training()
    #expect(training.rate == training.tokensPerSecond * shape.trainingOperations(context: 8))
    #expect(try benchmark.stepProductRate() > 0)
    let weights = try benchmark.weights(.q8)
    let decoding = try benchmark.decoding(streams: 3, weights: weights)
    let passes = decoding.tokensPerSecond / 3
    #expect(abs(decoding.rate / passes / Double(weights.bytesPerPass) - 1) < 1e-9)
  }
}
