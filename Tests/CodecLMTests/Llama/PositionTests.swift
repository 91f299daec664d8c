import CodecLM
import TestSupport
import Testing

/// Positions of the rotary embedding that are no count of tokens.
@Suite struct PositionTests {
  private static let tokens: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6, 5]
  /// Beyond the context, repeated, and not ascending.
  private static let positions: [Int32] = [0, 64, 65, 128, 70, 70, 3, 191, 0]
  private static let bound = 192

  private static func model() throws -> Llama {
    try LlamaGradientTests.model(LlamaGradientTests.tiny(tied: false), deviation: 0.3)
  }

  private static func inputs(_ positions: [Int32]?) -> LlamaInputs {
    LlamaInputs(
      tokens: tokens, targets: Array(tokens.dropFirst()) + [-1], segments: [0..<tokens.count],
      positions: positions)
  }

  @Test func `positions count from each segment's start unless they are given`() {
    let batch = LlamaGradientTests.tinyBatch
    let expected: [Int32] = [0, 0, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1, 2, 3, 0]
    #expect(batch.inputs.positions == expected)
    #expect(Self.inputs(Self.positions).positions == Self.positions)
  }

  @Test func `attention sees how far positions are apart, and not where they are`() throws {
    let graph = try LlamaGraph(try Self.model(), capacity: 9, positions: 300)
    let losses = graph.losses(of: Self.inputs(Self.positions))
    let shifted = graph.losses(of: Self.inputs(Self.positions.map { $0 + 100 }))
    let counted = graph.losses(of: Self.inputs(nil))
    let worst = zip(losses, shifted).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 1e-4, "\(worst)")
    #expect(zip(losses, counted).contains { abs($0 - $1) > 1e-2 })
  }

  @Test func `gradients at given positions agree with finite differences`() throws {
    let model = try Self.model()
    let graph = try LlamaGraph(model, capacity: 9, positions: Self.bound)
    let gradients = try LlamaGradientTests.gradients(of: model)
    let inputs = Self.inputs(Self.positions)
    _ = graph.accumulateGradients(of: inputs, scale: 1, into: gradients)
    let error = GradientCheck(epsilon: 5e-4).error(
      LlamaGradientTests.flat(model.parameters), LlamaGradientTests.flat(gradients)
    ) { graph.losses(of: inputs).reduce(0) { $0 + Double($1) } }
    #expect(error < 2e-3)
  }

  @Test(arguments: CacheFormat.allCases)
  func `the decoder keeps the order of entry whatever the positions`(cache: CacheFormat) throws {
    let model = try Self.model()
    let graph = try LlamaGraph(model, capacity: 9, positions: Self.bound)
    let expected = graph.logits(
      tokens: Self.tokens, segments: [0..<9], positions: Self.positions
    ).elements
    var decoder = try LlamaDecoder(model, slots: 2, positions: Self.bound, cache: cache)
    let inputs = zip(Self.tokens, Self.positions)
      .map { LlamaDecoder.Input(slot: 1, token: $0, position: $1) }
    let prefilled = try decoder.advance(Array(inputs[..<5])).elements
    let rest = try inputs[5...].flatMap { try decoder.advance([$0]).elements }
    let worst = zip(prefilled + rest, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < (cache == .f32 ? 1e-4 : 0.02), "\(worst)")
    #expect(decoder.count(slot: 1) == 9)
  }

  @Test func `a token's position is by default the number of those before it`() throws {
    let model = try Self.model()
    var counted = try LlamaDecoder(model, slots: 1)
    var given = try LlamaDecoder(model, slots: 1)
    for (place, token) in Self.tokens.enumerated() {
      let expected = try counted.advance([.init(slot: 0, token: token)]).bits
      let position = Int32(place)
      #expect(
        try given.advance([.init(slot: 0, token: token, position: position)]).bits == expected)
    }
  }

  @Test func `a user sees the logits of each input as a span`() throws {
    let model = try Self.model()
    var one = try LlamaDecoder(model, slots: 2)
    var other = try LlamaDecoder(model, slots: 2)
    let inputs = [0, 1, 0].map { LlamaDecoder.Input(slot: $0, token: 3) }
    let expected = try one.advance(inputs)
    var seen: [[Float]] = []
    try other.advance(inputs) { input, logits in
      #expect(input == seen.count)
      seen.append(logits.indices.map { logits[$0] })
    }
    #expect(seen == (0..<3).map { expected.elements(row: $0) })
  }

  @Test func `a position that has no angles traps`() async {
    await #expect(processExitsWith: .failure) {
      let model = try Llama(LlamaGradientTests.tiny(tied: false), seed: 1)
      var decoder = try LlamaDecoder(model, slots: 1)
      _ = try decoder.advance([.init(slot: 0, token: 1, position: 9)])
    }
  }
}
