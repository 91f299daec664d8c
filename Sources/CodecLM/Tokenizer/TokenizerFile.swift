/// Hugging Face's `tokenizer.json`: a byte-pair model over characters, where byte b is the character
/// U+2800 + b (the Braille patterns, as the paper's authors do).
extension Tokenizer: Codable {
  private struct File: Codable {
    struct Special: Codable {
      var id: Int32
      var content: String
      var single_word = false
      var lstrip = false
      var rstrip = false
      var normalized = false
      var special = true
    }
    struct Model: Codable {
      var type = "BPE"
      var vocab: [String: Int32]
      var merges: [[String]]
    }

    var version = "1.0"
    var added_tokens: [Special]
    var model: Model
  }

  private static let byteVocabulary: [String: Int32] = {
    let bytes = (0..<256).compactMap { byte in
      Unicode.Scalar(0x2800 + UInt32(byte)).map { (String($0), Int32(byte)) }
    }
    return Dictionary(uniqueKeysWithValues: bytes + [("<s>", beginToken), ("</s>", endToken)])
  }()

  /// Writes the file's content; equal tokenizers give equal content.
  public func encode(to encoder: any Encoder) throws {
    let file = File(
      added_tokens: [
        .init(id: Self.beginToken, content: "<s>"), .init(id: Self.endToken, content: "</s>"),
      ],
      model: .init(vocab: Self.byteVocabulary, merges: []))
    try file.encode(to: encoder)
  }

  /// Reads what ``encode(to:)`` could have written.
  ///
  /// - Throws: ``TokenizerError/unsupported(_:)``, or a `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let file = try File(from: decoder)
    guard file.model.type == "BPE" else {
      throw TokenizerError.unsupported("model type \(file.model.type)")
    }
    guard file.model.merges.isEmpty else { throw TokenizerError.unsupported("merging tokens") }
    guard file.model.vocab == Self.byteVocabulary else {
      throw TokenizerError.unsupported("a vocabulary other than bytes as U+2800 … U+28FF")
    }
    self = .bytes
  }
}
