import CodecLM
import Foundation
import Testing

struct TokenizerTests {
  private let tokenizer = Tokenizer.bytes

  @Test func `every byte has its own value as token`() throws {
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(tokenizer.encode(bytes) == bytes.map(Int32.init))
    #expect(try tokenizer.decode(tokenizer.encode(bytes)) == bytes)
    for byte in bytes { #expect(tokenizer.bytes(of: Int32(byte)) == [byte]) }
  }

  @Test func `special tokens spell no bytes`() throws {
    #expect(try tokenizer.decode([tokenizer.beginToken, 7, 9, tokenizer.endToken]) == [7, 9])
    #expect(tokenizer.bytes(of: tokenizer.beginToken).isEmpty)
    #expect(tokenizer.bytes(of: tokenizer.endToken).isEmpty)
  }

  @Test(arguments: [-1, 258, Int32.max, Int32.min])
  func `a token outside the vocabulary is refused`(token: Int32) {
    #expect(throws: TokenizerError.tokenOutsideVocabulary(token, count: 258)) {
      try tokenizer.decode([1, token])
    }
  }

  @Test func `a tokenizer says what its vocabulary holds`() {
    #expect(tokenizer.description == "bytes, 2 special")
    let longer = Tokenizer(merging: [TokenPair(1, 2), TokenPair(258, 3)])
    #expect(longer.description == "bytes, 2 longer strings of up to 3 bytes, 2 special")
    #expect(longer.bytes(of: 259) == [1, 2, 3])
  }

  @Test func `the earliest pair is joined first and of these the leftmost`() {
    let tokenizer = Tokenizer(merging: [TokenPair(1, 1), TokenPair(1, 2), TokenPair(258, 2)])
    #expect(tokenizer.encode([1, 1, 1]) == [258, 1])
    #expect(tokenizer.encode([1, 2]) == [259])
    #expect(tokenizer.encode([1, 1, 2]) == [260])
    #expect(tokenizer.encode([1, 1, 1, 2]) == [258, 259])
    #expect(tokenizer.encode([]) == [])
  }

  @Test func `two ways to the same bytes are one token`() {
    let pairs = [TokenPair(1, 1), TokenPair(258, 1), TokenPair(1, 258)]
    let tokenizer = Tokenizer(merging: pairs)
    #expect(tokenizer.count == 260)
    #expect(tokenizer.encode([1, 1, 1]) == [259])
  }

  /// Whatever the pairs and however long what hangs together: both ways to join are used.
  @Test(arguments: [(seed: UInt64(1), letters: 2), (2, 3), (3, 9), (4, 200)])
  func `joining equals the definition`(seed: UInt64, letters: Int) throws {
    var random = RandomStream(seed: seed)
    func draw(_ count: Int) -> Int { Int(random.nextWord()) % count }
    for _ in 0..<30 {
      let pairs = Self.pairs(20, letters: letters, draw)
      let tokenizer = Tokenizer(merging: pairs)
      let bytes = (0..<draw(300)).map { _ in UInt8(draw(letters)) }
      let tokens = tokenizer.encode(bytes)
      #expect(tokens == Self.defined(bytes, pairs, tokenizer))
      #expect(try tokenizer.decode(tokens) == bytes)
    }
  }

  @Test func `bytes that were cut anywhere can be encoded`() throws {
    var trainer = BytePairTrainer(vocabulary: 280)
    let stream = (0..<200).map { UInt8($0 * $0 % 7) }
    trainer.append(stream)
    let tokenizer = trainer.train()
    for cut in 0...stream.count {
      #expect(try tokenizer.decode(tokenizer.encode(stream[..<cut])) == Array(stream[..<cut]))
    }
  }

  private static func pairs(_ count: Int, letters: Int, _ draw: (Int) -> Int) -> [TokenPair] {
    var pairs: [TokenPair] = []
    while pairs.count < count {
      let tokens = Tokenizer(merging: pairs).count - 258
      let ids = (0..<2).map { _ in
        let id = draw(letters + tokens)
        return Int32(id < letters ? id : 258 + id - letters)
      }
      let pair = TokenPair(ids[0], ids[1])
      if !pairs.contains(pair) { pairs.append(pair) }
    }
    return pairs
  }

  /// The definition, step by step.
  private static func defined(
    _ bytes: [UInt8], _ pairs: [TokenPair], _ tokenizer: Tokenizer
  ) -> [Int32] {
    var tokens = bytes.map(Int32.init)
    while true {
      let ranks = zip(tokens, tokens.dropFirst()).map { pairs.firstIndex(of: TokenPair($0, $1)) }
      guard let rank = ranks.compactMap({ $0 }).min(), let place = ranks.firstIndex(of: rank)
      else { return tokens }
      let piece = tokens[place...place + 1].flatMap { tokenizer.bytes(of: $0) }
      let token = (258..<Int32(tokenizer.count)).first { tokenizer.bytes(of: $0) == piece }
      tokens.replaceSubrange(place...place + 1, with: [token ?? -1])
    }
  }
}
