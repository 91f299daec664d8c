import CodecLM
import TestSupport
import Testing

@Suite struct StreamConstraintTests {
  private static let profiles = [
    JPEGProfile(size: 24, quality: 50, subsampling: .grayscale, restartInterval: 1, stream: .scan),
    JPEGProfile(size: 33, quality: 50, subsampling: .yCbCr420, stream: .abbreviated),
    JPEGProfile(size: 40, quality: 50, subsampling: .yCbCr444, restartInterval: 3, stream: .scan),
  ]

  private func streams(_ codec: JPEGCodec, _ count: Int) throws -> [[UInt8]] {
    try (0..<count).map { try codec.canonicalBytes(of: TestImages.picture($0, size: 40).rgb) }
  }

  private func tokenizer(_ streams: [[UInt8]]) -> Tokenizer {
    var trainer = BytePairTrainer(vocabulary: 300)
    for stream in streams { trainer.append(stream) }
    return trainer.train()
  }

  /// Whether a stream may go on by bytes at a place, and hold to a prompt.
  private func isLegal(
    _ bytes: [UInt8], at offset: Int, _ grammar: any ByteGrammar, _ prompt: Prompt
  ) -> Bool {
    var grammar = grammar
    for (place, byte) in bytes.enumerated() {
      guard grammar.advance(byte) else { return false }
      if offset + place < prompt.bytes.count {
        guard byte == prompt.bytes[offset + place] else { return false }
      } else if offset + place == prompt.bytes.count {
        guard BitPrefix(of: byte, count: prompt.tail.count) == prompt.tail else { return false }
      }
    }
    return true
  }

  @Test(arguments: profiles, [0, 1, 77, 130])
  func `a token may come next exactly if all its bytes may, in sequence`(
    profile: JPEGProfile, promptBits: Int
  ) throws {
    let codec = try JPEGCodec(profile)
    let streams = try streams(codec, 6)
    let tokenizer = tokenizer(streams)
    #expect(tokenizer.count == 300)
    // Bits of headers and scan alike may be cut.
    let prompt = Prompt(streams[1], bits: promptBits)
    let trie = TokenTrie(tokenizer)
    for seed in 0..<3 {
      var constraint = try StreamConstraint(codec.makeGrammar(), trie, prompt: prompt)
      var tokens = constraint.takeForced()
      var random = RandomStream(seed: UInt64(seed))
      var (grammar, offset) = (codec.makeGrammar(), 0)
      while tokens.last != tokenizer.endToken {
        let bytes = try tokenizer.decode(tokens)
        #expect(isLegal(Array(bytes[offset...]), at: offset, grammar, prompt))
        _ = grammar.advance(bytes[offset...])
        offset = bytes.count
        let legal = (0..<Int32(tokenizer.count)).filter { token in
          let next = tokenizer.bytes(of: token)
          return !next.isEmpty && isLegal(next, at: offset, grammar, prompt)
        }
        try #require(legal.count > 1)
        try #require(
          (0..<Int32(tokenizer.count)).filter { constraint.allows($0) } == legal)
        // Draws of long tokens, so that known bytes are met in their middle.
        let drawn = legal.filter { tokenizer.bytes(of: $0).count > 1 }
        let choices = drawn.isEmpty || random.nextWord() % 4 == 0 ? legal : drawn
        let token = try #require(choices.randomElement(using: &random))
        tokens.append(token)
        tokens += constraint.take(token)
      }
      let stream = try tokenizer.decode(tokens)
      #expect(throws: Never.self) { try codec.decode(stream) }
    }
  }

  @Test func `a prompt is spelt as the tokenizer does, up to where a token could reach beyond`()
    throws
  {
    // "ab", "abc", "cd".
    let a = Int32(UInt8(ascii: "a"))
    let tokenizer = Tokenizer(merging: [
      TokenPair(a, a + 1), TokenPair(258, a + 2), TokenPair(a + 2, a + 3),
    ])
    let trie = TokenTrie(tokenizer)
    func forced(_ text: String) throws -> [Int32] {
      var constraint = try StreamConstraint(nil, trie, prompt: Prompt(bytes: Array(text.utf8)))
      return constraint.takeForced()
    }
    #expect(try forced("") == [])
    #expect(try forced("abxab") == [258, a + 23])
    #expect(try forced("abx") == [258, a + 23])
    #expect(try forced("abcx") == [259, a + 23])
    #expect(try forced("abc") == [])
    #expect(try forced("xxb") == [a + 23, a + 23, a + 1])
  }

  @Test func `with a token a byte every forced byte is taken at once`() throws {
    let codec = try JPEGCodec(Self.profiles[1])
    let stream = try streams(codec, 1)[0]
    let trie = TokenTrie(.bytes)
    var constraint = try StreamConstraint(codec.makeGrammar(), trie)
    var tokens = constraint.takeForced()
    var draws = 0
    // Headers are constant up to the entropy-coded data; the end is EOI's two bytes and EOS.
    #expect(tokens.count > 40)
    while tokens.last != 257 {
      draws += 1
      let token = Int32(stream[tokens.count])
      try #require(constraint.allows(token))
      tokens.append(token)
      tokens += constraint.take(token)
    }
    #expect(tokens == stream.map { Int32($0) } + [257])
    #expect(draws < stream.count - 40)
  }
}
