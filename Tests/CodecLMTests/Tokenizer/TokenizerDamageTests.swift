import CodecLM
import Foundation
import TestSupport
import Testing

/// Tokenizer files that were cut, changed or forged are refused or readable, and never end the
/// process.
///
/// ``Mutations`` says for how long.
struct TokenizerDamageTests {
  @Test(arguments: ["prefix.model", "missing.model", "own-merges.json", "trained-prefix.json"])
  func `a changed file is refused or can be used`(name: String) throws {
    let original = try Fixtures.bytes("tokenizers/\(name)")
    var mutations = Mutations(seed: 1)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(Mutations.seconds)
    var (read, tried) = (0, 0)
    while clock.now < end || tried < Mutations.leastTries {
      tried += 1
      guard let tokenizer = try? Tokenizer(TokenizerFile(mutations.next(of: original))) else {
        continue
      }
      read += 1
      let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * $0 * 31) } + original.prefix(200)
      let tokens = tokenizer.encode(bytes)
      #expect(tokens.allSatisfy { $0 >= 0 && $0 < tokenizer.count })
      if tokenizer.isLossless { #expect(try tokenizer.decode(tokens) == bytes) }
      #expect(try Tokenizer(tokenizer.file) == tokenizer)
    }
    #expect(read > 0 && read < tried)
  }

  @Test func `no prefix of a SentencePiece model but one with all pieces is read`() throws {
    let model = try Fixtures.bytes("tokenizers/plain.model")
    for count in stride(from: 0, to: model.count - 80, by: 7) {
      #expect(throws: TokenizerError.self) {
        try Tokenizer(TokenizerFile(Array(model.prefix(count))))
      }
    }
  }

  @Test(
    arguments: [
      ([], .malformed(.noPieces)),
      ([0x0a], .malformed(.endsInField)),
      ([0x0a, 0x7f, 0x0a], .malformed(.endsInField)),
      // A length of 2⁶³ − 1, and one of 2⁶⁴ − 1.
      (
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x0a],
        .malformed(.endsInField)
      ),
      (
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        .malformed(.endsInField)
      ),
      (
        [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        .malformed(.longNumber)
      ),
      ([0x0b, 0x0a], .malformed(.wireType(3))),
      ([0x0a, 0x02, 0x0a, 0x00], .unsupported(.modelType("1"))),
      ([0x0a, 0x05, 0x15, 0x00, 0x00, 0xc0, 0x7f], .malformed(.score(bits: 0x7fc0_0000))),
      ([0x0a, 0x03, 0x0a, 0x01, 0xff], .malformed(.notUTF8)),
      ([0x0a, 0x02, 0x18, 0x09], .malformed(.pieceType(9))),
    ] as [([UInt8], TokenizerError)])
  func `a forged message has one clear error`(bytes: [UInt8], error: TokenizerError) {
    #expect(throws: error) { try Tokenizer(TokenizerFile(bytes)) }
  }

  @Test func `a nest of brackets is refused`() {
    for bracket in ["[", "{\"model\":"] {
      let text = "{\"added_tokens\":" + String(repeating: bracket, count: 100_000)
      #expect(throws: TokenizerError.malformed(.notJSON)) {
        try Tokenizer(TokenizerFile(Array(text.utf8)))
      }
    }
  }

  @Test func `a file larger than any tokenizer is refused`() throws {
    let spaces = [UInt8](repeating: 0x20, count: TokenizerFile.largest + 1)
    #expect(throws: TokenizerError.unsupported(.tooLarge(bytes: spaces.count))) {
      try Tokenizer(TokenizerFile(spaces))
    }
  }
}
