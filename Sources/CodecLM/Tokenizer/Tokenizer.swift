/// The map between bytes and the tokens a model reads and writes.
///
/// Ids 0 to 255 are the bytes themselves, 256 begins an image and 257 ends it; ids from 258 on are
/// for longer strings of bytes.
public struct Tokenizer: Equatable, Sendable {
  /// One token a byte.
  public static let bytes = Tokenizer()

  /// The token that stands before an image's first, BOS: `<s>` in `tokenizer.json`.
  public var beginToken: Int32 { 256 }
  /// The token that stands after an image's last, EOS: `</s>` in `tokenizer.json`.
  public var endToken: Int32 { 257 }

  /// Size of the vocabulary, bytes and special tokens included.
  public var count: Int { 258 }

  /// The tokens of `bytes`, without special tokens.
  ///
  /// - Complexity: O(*n*) in the number of bytes.
  public func encode(_ bytes: some Collection<UInt8>) -> [Int32] {
    bytes.map { Int32($0) }
  }

  /// The bytes that `tokens` spell.
  ///
  /// Special tokens spell none, so that what a model generated can be given as it is.
  ///
  /// - Throws: ``TokenizerError/tokenOutsideVocabulary(_:count:)``.
  /// - Complexity: O(*n*) in the number of bytes.
  public func decode(_ tokens: some Collection<Int32>) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(tokens.count)
    for token in tokens {
      guard token >= 0, token < count else {
        throw .tokenOutsideVocabulary(token, count: count)
      }
      if let byte = UInt8(exactly: token) { result.append(byte) }
    }
    return result
  }

  /// The bytes that one token spells, none for a special token.
  ///
  /// - Precondition: `token` is in `0..<count`.
  public func bytes(of token: Int32) -> [UInt8] {
    precondition(token >= 0 && token < count, "token \(token) of \(count)")
    return UInt8(exactly: token).map { [$0] } ?? []
  }
}

/// What can be wrong with tokens or a tokenizer's file.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A token that is not in `0..<count`.
  case tokenOutsideVocabulary(Int32, count: Int)
  /// The file is no `tokenizer.json`; `reason` says where it fails.
  case malformed(reason: String)
  /// The file asks for something that ``Tokenizer`` cannot do.
  case unsupported(part: String)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .tokenOutsideVocabulary(let token, let count):
      "token \(token) is outside the vocabulary of \(count)"
    case .malformed(let reason): "not a tokenizer.json: \(reason)"
    case .unsupported(let part):
      "unsupported tokenizer.json: \(part); only byte tokenizers written by CodecLM can be read"
    }
  }
}
