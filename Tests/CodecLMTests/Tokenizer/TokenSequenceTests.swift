import CodecLM
import Testing

@Suite struct TokenSequenceTests {
  private let sequence = TokenSequence(of: [3, 1, 4], condition: [300, 301], .bytes)

  @Test func `what follows the prefix is learnt, the end included`() {
    #expect(sequence.tokens == [256, 300, 301, 3, 1, 4, 257])
    #expect(sequence.prefix == [256, 300, 301] && sequence.body == [3, 1, 4])
    #expect(sequence.inputs == [256, 300, 301, 3, 1, 4])
    #expect(sequence.targets == [-1, -1, 3, 1, 4, 257])
    #expect(sequence.weights == [0, 0, 1, 1, 1, 1])
    #expect(sequence.positions == [0, 1, 2, 3, 4, 5])
    #expect(sequence.positionCount == 6)
  }

  @Test func `without a condition every target is learnt`() {
    let plain = TokenSequence(of: [3, 1, 4], .bytes)
    #expect(plain.targets == [3, 1, 4, 257] && plain.weights == [1, 1, 1, 1])
    #expect(TokenSequence(of: [], .bytes).targets == [257])
  }

  @Test func `a sequence that goes on has no end`() {
    let open = TokenSequence(prefix: [256], body: [3, 1])
    #expect(!open.isEnded && open.body == [3, 1] && open.targets == [3, 1])
    #expect(TokenSequence(prefix: [256], body: []).targets.isEmpty)
  }

  @Test func `weights and positions may be given, and a target of weight 0 is none`() {
    let sequence = TokenSequence(
      prefix: [256, 300], body: [3, 1], end: 257, weights: [0.5, 0, 2],
      positions: [0, 5, 1, 2, 3])
    #expect(sequence.weights == [0, 0.5, 0, 2])
    #expect(sequence.targets == [-1, 3, -1, 257])
    #expect(sequence.positions == [0, 5, 1, 2])
  }

  @Test func `windows follow each other and the last is what is left`() {
    #expect(sequence.windows(of: 4) == [0..<4, 4..<6])
    #expect(sequence.windows(of: 6) == [0..<6])
    #expect(TokenSequence(prefix: [256], body: []).windows(of: 4).isEmpty)
  }
}
