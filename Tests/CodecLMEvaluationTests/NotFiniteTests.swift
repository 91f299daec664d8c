import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

/// Numbers that are none: in a file, and those that only come about while a model computes.
@Suite struct NotFiniteTests {
  private static let context = 160

  private func model(_ weight: Float) throws -> Llama {
    let model = try TestModels.model(context: Self.context)
    try TestModels.spoil(model, weight)
    return model
  }

  private func checkpoint(_ model: Llama) -> Checkpoint {
    Checkpoint(model, .bytes, TestImages.profile())
  }

  /// Keys beyond the largest number of 16 bits.
  private func overflowing() throws -> Checkpoint {
    let model = try TestModels.model(context: Self.context)
    for region in model.layout.buffer.regions where region.name.contains("k_proj") {
      model.parameters.buffer.withMutableSpan { weights in
        for index in region.offset..<region.offset + region.count { weights[index] *= 3e6 }
      }
    }
    return checkpoint(model)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a stored weight that is not finite is named by whatever reads it`(weight: Float) throws {
    try withTemporaryFolder { folder in
      try checkpoint(model(weight)).write(to: folder)
      let error = FileError.malformed(
        path: folder.appendingPathComponent("model.safetensors").path,
        reason: TensorFault.notFinite("model.norm.weight"))
      let copy = folder.appendingPathComponent("copy")
      #expect(throws: error) { try Checkpoint(folder).model }
      #expect(throws: error) { try Scorer(Checkpoint(folder)) }
      #expect(throws: error) { try Checkpoint(folder).export(to: copy, storage: .bf16) }
      #expect(throws: error) {
        try Checkpoint(folder).exportGGUF(to: folder.appendingPathComponent("a"), storage: .f32)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: copy.path).isEmpty)
      for format in WeightFormat.allCases {
        #expect(throws: error) { try Checkpoint(folder).decoderWeights(format: format) }
      }
    }
  }

  @Test(arguments: [true, false])
  func `a model whose logits are none writes nothing, and says so`(isConstrained: Bool) throws {
    var generator = try Generator(checkpoint(model(.nan)))
    generator.isConstrained = isConstrained
    let error = LlamaError.notFinite(weights: .f32, cache: .f32)
    let files = try generator.generate(count: 3)
    #expect(throws: error) { try files.next() }
    #expect(throws: error) { try files.next() }
    #expect(throws: error) { try generator.generate(count: 3, sampling: .greedy).all() }
  }

  @Test func `what only 16 bits cannot hold is told with the way out`() throws {
    var generator = try Generator(overflowing())
    #expect(try generator.generate(count: 2).all().count == 2)
    for (weights, cache, kept) in [
      (.f16, nil, (.f16, .f16)), (.bf16, nil, (.bf16, .f16)), (.f32, .f16, (.f32, .f16)),
    ] as [(WeightFormat, CacheFormat?, (WeightFormat, CacheFormat))] {
      (generator.weights, generator.cache) = (weights, cache)
      let error = #expect(throws: LlamaError.self) { try generator.generate(count: 2).all() }
      #expect(error == .notFinite(weights: kept.0, cache: kept.1))
    }
  }

  @Test func `bits that are none are no score`() throws {
    let stream = try TestImages.profile().makeCodec().canonicalBytes(
      of: TestImages.picture(1, size: 16).jpegFile())
    let spoilt = try checkpoint(model(.infinity))
    for weights in [WeightFormat.f32, .bf16] {
      #expect(throws: LlamaError.self) {
        try Scorer(spoilt, weights: weights).scores(of: [stream])
      }
    }
    let benchmark = try Benchmark(spoilt.model, batch: 1, context: Self.context)
    #expect(throws: LlamaError.self) {
      try benchmark.bits(
        of: [TokenSequence(prefix: [1], body: [2, 3])], weights: benchmark.weights(.f32))
    }
    #expect(throws: LlamaError.self) {
      try benchmark.decoding(streams: 1, weights: benchmark.weights(.f32))
    }
    #expect(throws: LlamaError.self) {
      try ConstraintBenchmark(spoilt, benchmark.weights(.f32)).run()
    }
  }

  @Test func `a heat map of what is no number is dark there`() throws {
    let picture = TestImages.picture(1, size: 16)
    let map = HeatMap(columns: 2, width: 8, height: 8)
    let expected = map.image([0, 1, 0, 0], over: picture, top: 1)
    #expect(map.image([.nan, 1, -.infinity, .nan], over: picture, top: 1) == expected)
  }
}
