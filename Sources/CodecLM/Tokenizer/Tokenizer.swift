/// Bytes ↔ token ids.
///
/// Ids 0 … 255 are the bytes themselves, 256 begins a file, 257 ends it. Further ids, when there are
/// any, stand for sequences of bytes.
public struct Tokenizer: Sendable, Equatable {
  /// One token a byte.
  public static let bytes = Tokenizer()

  /// The token that stands before a file's first (`<s>`).
  public static let beginToken: Int32 = 256
  /// The token that stands after a file's last (`</s>`).
  public static let endToken: Int32 = 257

  /// Size of the vocabulary; ids are in `0..<count`.
  public var count: Int { 258 }

  private init() {}

  /// The tokens of a stream, without begin and end.
  ///
  /// - Complexity: O(n).
  public func encode(_ bytes: some Sequence<UInt8>) -> [Int32] {
    bytes.map { Int32($0) }
  }

  /// The bytes of a sequence of tokens; begin and end tokens stand for none.
  ///
  /// - Throws: ``TokenizerError/unknownToken(_:)``.
  /// - Complexity: O(n).
  public func decode(_ tokens: some Sequence<Int32>) throws(TokenizerError) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens {
      if token == Self.beginToken || token == Self.endToken { continue }
      guard let byte = UInt8(exactly: token) else { throw .unknownToken(token) }
      bytes.append(byte)
    }
    return bytes
  }
}

/// Why tokens or a tokenizer's file could not be understood.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
  /// The id is outside the vocabulary.
  case unknownToken(Int32)
  /// The file asks for a part that is not supported.
  case unsupported(String)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .unknownToken(let token): "token \(token) is outside the vocabulary"
    case .unsupported(let part): "tokenizer: \(part) is not supported"
    }
  }
}
