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

  @Test func `tokenizer json equals the file of Hugging Face's package`() throws {
    let fixture = try fixture("tokenizer-bytes.json")
    #expect(tokenizer.json() == fixture)
    #expect(try Tokenizer(json: fixture) == tokenizer)
  }

  @Test func `key order and white space of tokenizer json do not matter`() throws {
    let object = try JSONSerialization.jsonObject(with: Data(tokenizer.json()))
    let compact = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    #expect(try Tokenizer(json: Array(compact)) == tokenizer)
  }

  @Test(arguments: [
    ("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", "a normalizer"),
    ("\"pre_tokenizer\": null", "\"pre_tokenizer\": {}", "a pre-tokenizer"),
    ("\"post_processor\": null", "\"post_processor\": {}", "a post-processor"),
    ("\"dropout\": null", "\"dropout\": 0.1", "dropout"),
    ("\"type\": \"Fuse\"", "\"type\": \"ByteLevel\"", "the decoder ByteLevel"),
    ("\"type\": \"BPE\"", "\"type\": \"Unigram\"", "the model type Unigram"),
    ("\"byte_fallback\": false", "\"byte_fallback\": true", "byte fallback"),
    ("\"merges\": []", "\"merges\": [[\"⠀\", \"⠁\"]]", "1 merges"),
    (
      "\"⠀\": 0", "\"⠀\": 1",
      "a vocabulary of 258 that is not U+2800 to U+28FF, <s> and </s>"
    ),
    ("\"special\": true", "\"special\": false", "added tokens other than <s> = 256, </s> = 257"),
    ("\"id\": 256", "\"id\": 300", "added tokens other than <s> = 256, </s> = 257"),
  ])
  func `what cannot be represented is refused`(old: String, new: String, part: String) throws {
    let text = String(decoding: tokenizer.json(), as: UTF8.self)
    #expect(text.contains(old))
    let changed = text.replacingOccurrences(of: old, with: new)
    #expect(throws: TokenizerError.unsupported(part: part)) {
      try Tokenizer(json: Array(changed.utf8))
    }
  }

  @Test func `no prefix of tokenizer json is read`() {
    let json = tokenizer.json()
    for count in stride(from: 0, to: json.count - 1, by: 61) {
      #expect(throws: TokenizerError.malformed(reason: "not JSON")) {
        try Tokenizer(json: Array(json.prefix(count)))
      }
    }
    #expect(throws: TokenizerError.malformed(reason: "the key \"added_tokens\" is missing")) {
      try Tokenizer(json: Array("{}".utf8))
    }
  }

  private func fixture(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL)
    return Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
  }
}
