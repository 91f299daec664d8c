import Foundation

/// `tokenizer.json` of Hugging Face's `tokenizers`.
///
/// Byte *b* is written as the character U+2800 + *b*, a Braille pattern, because a vocabulary there
/// is made of text. With `import tokenizers`, a string of such characters gives the ids that
/// ``encode(_:)`` gives for the bytes, and decoding gives the string back.
extension Tokenizer {
  /// The contents of the tokenizer's `tokenizer.json`: the bytes that `tokenizers` 0.23 itself
  /// writes, so equal tokenizers have equal files.
  public func json() -> [UInt8] {
    var vocabulary = (UInt32(0)...255).map { "      \"\(Self.character($0))\": \($0)" }
    vocabulary += ["      \"<s>\": \(beginToken)", "      \"</s>\": \(endToken)"]
    let text = """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
      \(Self.special("<s>", beginToken)),
      \(Self.special("</s>", endToken))
        ],
        "normalizer": null,
        "pre_tokenizer": null,
        "post_processor": null,
        "decoder": {
          "type": "Fuse"
        },
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": false,
          "vocab": {
      \(vocabulary.joined(separator: ",\n"))
          },
          "merges": []
        }
      }
      """
    return Array(text.utf8)
  }

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: ``TokenizerError`` when the bytes are no such file or describe a tokenizer that
  ///   would give other ids than this type.
  public init(json: [UInt8]) throws(TokenizerError) {
    let file: TokenizerFile
    do {
      file = try JSONDecoder().decode(TokenizerFile.self, from: Data(json))
    } catch let error as DecodingError {
      throw .malformed(reason: Self.reason(error))
    } catch {
      throw .malformed(reason: "not JSON")
    }
    if let part = file.unsupportedPart(as: .bytes) { throw .unsupported(part: part) }
    self = .bytes
  }

  fileprivate static func character(_ byte: UInt32) -> String {
    Unicode.Scalar(0x2800 + byte).map { String($0) } ?? ""
  }

  private static func special(_ content: String, _ token: Int32) -> String {
    """
        {
          "id": \(token),
          "content": "\(content)",
          "single_word": false,
          "lstrip": false,
          "rstrip": false,
          "normalized": false,
          "special": true
        }
    """
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "wrong value at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: "not JSON"
    }
  }
}

/// The parts of `tokenizer.json` that decide about ids.
private struct TokenizerFile: Decodable {
  let added_tokens: [AddedToken]
  let normalizer, pre_tokenizer, post_processor, truncation, padding: Present?
  let decoder: Kind?
  let model: Model

  struct AddedToken: Decodable {
    let id: Int
    let content: String
    let special: Bool
    let single_word, lstrip, rstrip: Bool?
  }

  struct Kind: Decodable {
    let type: String
  }

  /// Any value but null.
  struct Present: Decodable {
    init(from decoder: any Decoder) {}
  }

  struct Model: Decodable {
    let type: String
    let dropout, unk_token, continuing_subword_prefix, end_of_word_suffix: Present?
    let byte_fallback: Bool?
    let vocab: [String: Int]
    let merges: [Present]
  }

  /// The first part that `tokenizer` does not have, in words, or nil.
  func unsupportedPart(as tokenizer: Tokenizer) -> String? {
    let strangers = [
      ("a normalizer", normalizer), ("a pre-tokenizer", pre_tokenizer),
      ("a post-processor", post_processor), ("truncation", truncation), ("padding", padding),
      ("dropout", model.dropout), ("an unknown token", model.unk_token),
      ("a prefix of continuing words", model.continuing_subword_prefix),
      ("a suffix of words", model.end_of_word_suffix),
    ]
    if let stranger = strangers.first(where: { $0.1 != nil }) { return stranger.0 }
    if let decoder, decoder.type != "Fuse" { return "the decoder \(decoder.type)" }
    guard model.type == "BPE" else { return "the model type \(model.type)" }
    guard model.byte_fallback != true else { return "byte fallback" }
    guard model.merges.isEmpty else { return "\(model.merges.count) merges" }

    var vocabulary = Dictionary(
      uniqueKeysWithValues: (0...255).map { (Tokenizer.character(UInt32($0)), $0) })
    let specials = [("<s>", tokenizer.beginToken), ("</s>", tokenizer.endToken)]
    for (content, token) in specials { vocabulary[content] = Int(token) }
    guard model.vocab == vocabulary else {
      return "a vocabulary of \(model.vocab.count) that is not U+2800 to U+28FF, <s> and </s>"
    }
    let expected = specials.map { "\($0.0) = \($0.1)" }
    guard added_tokens.map({ "\($0.content) = \($0.id)" }) == expected,
      added_tokens.allSatisfy({
        $0.special && $0.single_word != true && $0.lstrip != true && $0.rstrip != true
      })
    else { return "added tokens other than \(expected.joined(separator: ", "))" }
    return nil
  }
}
