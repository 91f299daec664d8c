extension Tokenizer {
  /// The `tokenizer.json` of a tokenizer of CodecLM's own ids.
  func json() -> [UInt8] {
    let names = (0..<Int32(count)).map { token in
      switch token {
      case beginToken: Braille.begin
      case endToken: Braille.end
      default: Braille.text(bytes(of: token))
      }
    }
    let vocabulary = names.enumerated().map { "      \"\($1)\": \($0)" }
    let merges = table.merges.all.map {
      """
            [
              "\(names[Int($0.left)])",
              "\(names[Int($0.right)])"
            ]
      """
    }
    let text = """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
      \(Self.special(Braille.begin, beginToken)),
      \(Self.special(Braille.end, endToken))
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
          "merges": [\(merges.isEmpty ? "" : "\n\(merges.joined(separator: ",\n"))\n    ")]
        }
      }
      """
    return Array(text.utf8)
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
}

/// Bytes as text: byte *b* is U+2800 + *b*.
enum Braille {
  static let begin = "<s>"
  static let end = "</s>"
  /// What SentencePiece puts before a text, in place of a space.
  static let space: Unicode.Scalar = "\u{2581}"

  static func text(_ bytes: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes { scalars.append(scalar(byte)) }
    return String(scalars)
  }

  private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
    // Below U+D800, where every number is a scalar.
    Unicode.Scalar(0x2800 + UInt16(byte)) ?? space
  }
}
