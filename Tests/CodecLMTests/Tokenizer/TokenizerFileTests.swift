import CodecLM
import Foundation
import TestSupport
import Testing

/// Files of `tokenizers` and SentencePiece, and the ids that these packages give.
struct TokenizerFileTests {
  private struct Expected: Decodable {
    let streams: [String]
    let ids: [String: [[Int32]]]
  }

  private static let files = [
    "own-bytes.json", "own-merges.json", "trained.json", "trained-prefix.json", "prefix.model",
    "plain.model", "missing.model",
  ]

  private func read(_ name: String) throws -> Tokenizer {
    try Tokenizer(TokenizerFile(try Fixtures.bytes("tokenizers/\(name)")))
  }

  @Test(arguments: files)
  func `ids are those of the package that made the file`(name: String) throws {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(try Fixtures.bytes("tokenizers/ids.json")))
    let ids = try #require(expected.ids[name])
    let tokenizer = try read(name)
    for (text, ids) in zip(expected.streams, ids) {
      let bytes = Array(text.utf8).hexadecimal
      #expect(tokenizer.encode(bytes) == ids)
      if name != "missing.model" { #expect(try tokenizer.decode(ids) == bytes) }
    }
    #expect(tokenizer.encode([]) == [])
    #expect(tokenizer.isLossless == (name != "missing.model"))
  }

  @Test func `the merges learnt are those that tokenizers learns`() throws {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(try Fixtures.bytes("tokenizers/ids.json")))
    var trainer = BytePairTrainer(vocabulary: try read("own-merges.json").count)
    for stream in expected.streams { trainer.append(Array(stream.utf8).hexadecimal) }
    #expect(trainer.train().file.bytes == (try Fixtures.bytes("tokenizers/own-merges.json")))
  }

  @Test(arguments: files)
  func `a file that is read and written is the same`(name: String) throws {
    let tokenizer = try read(name)
    #expect(tokenizer.file.bytes == (try Fixtures.bytes("tokenizers/\(name)")))
    #expect(tokenizer.file.format.rawValue.hasSuffix((name as NSString).pathExtension))
    try withTemporaryFolder { folder in
      try tokenizer.write(to: folder)
      #expect(try Tokenizer(contentsOf: folder) == tokenizer)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(
        names
          == ["special_tokens_map.json", tokenizer.file.format.rawValue, "tokenizer_config.json"]
          .sorted())
    }
  }

  @Test func `special tokens keep the ids of the file`() throws {
    for (name, tokens) in [("own-merges.json", [256, 257]), ("trained.json", [1, 2] as [Int32])] {
      let tokenizer = try read(name)
      #expect([tokenizer.beginToken, tokenizer.endToken] == tokens)
    }
    let model = try read("prefix.model")
    #expect([model.beginToken, model.endToken] == [1, 2])
  }

  @Test func `key order and white space of tokenizer json do not matter`() throws {
    let tokenizer = try read("own-merges.json")
    let object = try JSONSerialization.jsonObject(with: Data(tokenizer.file.bytes))
    let compact = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    let read = try Tokenizer(TokenizerFile(Array(compact)))
    #expect(read == tokenizer)
    #expect(read.file == tokenizer.file)
  }

  @Test func `merges in the form of older files are read`() throws {
    let tokenizer = try read("own-merges.json")
    let text = String(decoding: tokenizer.file.bytes, as: UTF8.self)
    let older = try text.replacing(
      Regex(#"\[\s+"([^"]+)",\s+"([^"]+)"\s+\]"#, as: (Substring, Substring, Substring).self)
    ) { "\"\($0.output.1) \($0.output.2)\"" }
    #expect(older != text)
    #expect(try Tokenizer(TokenizerFile(Array(older.utf8))) == tokenizer)
  }

  @Test(
    arguments: [
      ("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", .normalizer("NFC")),
      (
        "\"pre_tokenizer\": null", "\"pre_tokenizer\": {\"type\": \"ByteLevel\"}",
        .preTokenizer("ByteLevel")
      ),
      (
        "\"post_processor\": null", "\"post_processor\": {\"type\": \"RobertaProcessing\"}",
        .postProcessor("RobertaProcessing")
      ),
      ("\"dropout\": null", "\"dropout\": 0.1", .dropout),
      ("\"type\": \"BPE\"", "\"type\": \"Unigram\"", .modelType("Unigram")),
      ("\"ignore_merges\": false", "\"ignore_merges\": true", .ignoredMerges),
      ("\"⠇\": 7", "\"seven\": 7", .noPatterns(7)),
      ("</s>", "<end>", .noAddedToken("</s>")),
      ("</s>", "⠇⠇⠇⠇", .addedPatterns(257)),
    ] as [(String, String, UnsupportedTokenizer)])
  func `what would change ids is refused`(
    old: String, new: String, part: UnsupportedTokenizer
  ) throws {
    try expect(.unsupported(part), replacing: old, by: new)
  }

  @Test(
    arguments: [
      ("\"⠀\": 0", "\"⠀\": 1", .ids(count: 319)),
      ("\"⠀\": 0", "\"⠀\": -1", .ids(count: 319)),
      ("\"id\": 256", "\"id\": 300", .twoIDs(256, 300)),
      ("\"⠀\": 0", "\"⠀\": \"zero\"", .wrongValue(path: "model.vocab.⠀")),
      ("\"merges\": [", "\"merges\": [\"⠀\",", .notJSON),
      ("\"merges\": [", "\"merges\": [[\"⠀\", \"⣿⣿\"],", .merge(0)),
    ] as [(String, String, TokenizerFault)])
  func `contradictions are refused`(old: String, new: String, fault: TokenizerFault) throws {
    try expect(.malformed(fault), replacing: old, by: new)
  }

  @Test(arguments: ["truncation", "padding"])
  func `what concerns batches of texts changes no id`(key: String) throws {
    let tokenizer = try read("own-merges.json")
    let text = String(decoding: tokenizer.file.bytes, as: UTF8.self)
    let changed = text.replacingOccurrences(
      of: "\"\(key)\": null", with: "\"\(key)\": {\"strategy\": \"BatchLongest\"}")
    #expect(changed != text)
    #expect(try Tokenizer(TokenizerFile(Array(changed.utf8))) == tokenizer)
  }

  private func expect(_ error: TokenizerError, replacing old: String, by new: String) throws {
    let text = String(decoding: try read("own-merges.json").file.bytes, as: UTF8.self)
    #expect(text.contains(old))
    let changed = text.replacingOccurrences(of: old, with: new)
    #expect(throws: error) { try Tokenizer(TokenizerFile(Array(changed.utf8))) }
  }

  @Test func `a byte without a token is refused in tokenizer json`() throws {
    let text = String(decoding: Tokenizer.bytes.file.bytes, as: UTF8.self)
    let changed = text.replacingOccurrences(of: "\"⠇\": 7", with: "\"⠇⠇\": 7")
    #expect(throws: TokenizerError.unsupported(.noByte(7))) {
      try Tokenizer(TokenizerFile(Array(changed.utf8)))
    }
  }

  @Test func `no prefix of tokenizer json is read`() {
    let json = Tokenizer.bytes.file.bytes
    for count in stride(from: 1, to: json.count - 1, by: 61) {
      #expect(throws: TokenizerError.malformed(.notJSON)) {
        try Tokenizer(TokenizerFile(Array(json.prefix(count))))
      }
    }
    #expect(throws: TokenizerError.malformed(.missing(key: "added_tokens"))) {
      try Tokenizer(TokenizerFile(Array("{}".utf8)))
    }
  }

  @Test func `a missing file is named`() throws {
    try withTemporaryFolder { folder in
      let error = FileError.cannotRead(
        path: folder.appendingPathComponent("tokenizer.json").path,
        reason: SystemFault(ENOENT, .reading))
      #expect(throws: error) { try Tokenizer(contentsOf: folder) }
    }
  }
}

extension [UInt8] {
  /// The bytes that these hexadecimal digits stand for.
  fileprivate var hexadecimal: [UInt8] {
    stride(from: 0, to: count, by: 2).compactMap {
      UInt8(String(decoding: self[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }
}
