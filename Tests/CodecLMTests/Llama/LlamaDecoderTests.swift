import CodecLM
import TestSupport
import Testing

@Suite struct LlamaDecoderTests {
  static let streams: [[Int32]] = [[3, 1, 4, 1, 5, 9, 2], [6], [5, 3, 5, 8], [9, 7, 9, 3, 2]]

  /// The logits' bits after each token of each stream, with all streams in one decoder: a prompt of
  /// up to three tokens, then one token for each stream that has one left.
  static func together(_ model: Llama, threads: Int) throws -> [[[UInt32]]] {
    var decoder = try LlamaDecoder(model, slots: 4, pool: WorkerPool(threads: threads))
    var results = [[[UInt32]]](repeating: [], count: 4)
    for range in [0..<3, 3..<4, 4..<5, 5..<6, 6..<7] {
      var inputs: [LlamaDecoder.Input] = []
      for (slot, tokens) in streams.enumerated() {
        inputs += tokens[range.clamped(to: 0..<tokens.count)].map { .init(slot: slot, token: $0) }
      }
      let logits = try decoder.advance(inputs)
      for (row, input) in inputs.enumerated() {
        results[input.slot].append(logits.rows(row..<row + 1).bits)
      }
    }
    return results
  }

  static func alone(_ model: Llama, threads: Int) throws -> [[[UInt32]]] {
    try streams.map { tokens in
      var decoder = try LlamaDecoder(model, slots: 1, pool: WorkerPool(threads: threads))
      return try tokens.map { try decoder.advance([.init(slot: 0, token: $0)]).bits }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `company and threads change no bit of a stream`(threads: Int) throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let expected = try Self.alone(model, threads: 1)
    #expect(try Self.together(model, threads: threads) == expected)
    #expect(try Self.alone(model, threads: threads) == expected)
  }

  @Test(arguments: [1, 3, 90])
  func `how many tokens a pass takes changes no logit`(rows: Int) throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let tokens = LlamaGradientTests.Batch(count: 90, segments: [], vocabulary: 150).tokens
    func bits(_ rows: Int) throws -> [[UInt32]] {
      var decoder = try LlamaDecoder(model, slots: 1, rows: rows)
      #expect(decoder.rowsPerPass == rows)
      var result: [[UInt32]] = []
      for start in stride(from: 0, to: tokens.count, by: rows) {
        let pass = tokens[start..<min(start + rows, tokens.count)]
        let logits = try decoder.advance(pass.map { .init(slot: 0, token: $0) })
        result += pass.indices.map { logits.rows($0 - start..<$0 - start + 1).bits }
      }
      return result
    }
    #expect(try bits(rows) == bits(LlamaDecoder.defaultRows))
  }

  @Test func `a slot that was reset starts anew`() throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.tiny(tied: true), deviation: 0.3)
    var decoder = try LlamaDecoder(model, slots: 2, capacity: 5)
    #expect(decoder.capacity == 5)
    let fresh = try decoder.advance([.init(slot: 1, token: 4)]).bits
    _ = try decoder.advance([.init(slot: 1, token: 2), .init(slot: 0, token: 3)])
    #expect(decoder.count(slot: 1) == 2)
    decoder.reset(slot: 1)
    #expect(decoder.count(slot: 1) == 0 && decoder.count(slot: 0) == 1)
    #expect(try decoder.advance([.init(slot: 1, token: 4)]).bits == fresh)
  }

  @Test(arguments: CacheFormat.allCases)
  func `a stream that took its beginning from another's slot goes on alike`(
    cache: CacheFormat
  ) throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let tokens = LlamaGradientTests.Batch(count: 40, segments: [], vocabulary: 150).tokens
    let pass = tokens.map { LlamaDecoder.Input(slot: 2, token: $0) }
    for count in [1, 15, 16, 33, 39] {
      var decoder = try LlamaDecoder(model, slots: 3, capacity: 50, cache: cache)
      let logits = try decoder.advance(pass)
      let expected = logits.rows(count..<count + 1).bits
      decoder.copy(slot: 2, to: 0, count: count)
      #expect(decoder.count(slot: 0) == count && decoder.count(slot: 2) == 40)
      #expect(try decoder.advance([.init(slot: 0, token: tokens[count])]).bits == expected)
      decoder.copy(slot: 2, to: 2, count: count)
      #expect(try decoder.advance([.init(slot: 2, token: tokens[count])]).bits == expected)
    }
  }

  /// Logits here reach beyond 1; a format's bound is about ten of its rounding errors.
  @Test(arguments: [
    (WeightFormat.f32, CacheFormat.f32, Float(1e-4)), (.f16, .f32, 0.01), (.bf16, .f32, 0.05),
    (.q8, .f32, 0.1), (.f32, .f16, 0.01),
  ])
  func `more positions than a block of queries agree with the graph`(
    format: WeightFormat, cache: CacheFormat, bound: Float
  ) throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let tokens = LlamaGradientTests.Batch(count: 90, segments: [], vocabulary: 150).tokens
    let graph = try LlamaGraph(model, capacity: 90)
    let expected = graph.logits(tokens: tokens, segments: [0..<90]).elements
    var decoder = try LlamaDecoder(model, slots: 1, weights: format, cache: cache)
    var actual: [Float] = []
    for start in stride(from: 0, to: 90, by: decoder.rowsPerPass) {
      let pass = tokens[start..<min(start + decoder.rowsPerPass, 90)]
      actual += try decoder.advance(pass.map { .init(slot: 0, token: $0) }).elements
    }
    let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(actual.count == expected.count && worst < bound, "\(worst)")
  }

  @Test func `losses are those of the graph, whatever the slot held before`() throws {
    let model = try LlamaGradientTests.model(LlamaGradientTests.wide, deviation: 0.1)
    let tokens = LlamaGradientTests.Batch(count: 90, segments: [], vocabulary: 150).tokens
    let graph = try LlamaGraph(model, capacity: 89)
    let expected = graph.losses(
      of: LlamaInputs(
        tokens: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), segments: [0..<89]))
    var decoder = try LlamaDecoder(model, slots: 1)
    _ = try decoder.advance([.init(slot: 0, token: 7)])
    let actual = try decoder.losses(of: tokens)
    #expect(actual.count == 89)
    let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 1e-4, "\(worst)")
    #expect(try decoder.losses(of: [3]).isEmpty)
  }
}
