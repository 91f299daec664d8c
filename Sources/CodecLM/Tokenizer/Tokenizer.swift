/// The map between bytes and the tokens a model reads and writes.
///
/// A tokenizer of CodecLM's own has the bytes themselves as ids 0 to 255, 256 begins an image and
/// 257 ends it; ids from 258 on are longer strings of bytes that byte-pair encoding puts together
/// (Sennrich et al., arXiv 1508.07909, over the bytes of a whole file). One that was read from
/// another program's file keeps that file's ids.
public struct Tokenizer: Equatable, Sendable {
  /// One token a byte.
  public static let bytes = Tokenizer(table: TokenTable.own(merging: []))

  let table: TokenTable
  /// The file that an equal tokenizer is read from, where it is not CodecLM's own.
  let origin: TokenizerFile?

  init(table: TokenTable, origin: TokenizerFile? = nil) {
    self.table = table
    self.origin = origin
  }

  /// The tokenizer of CodecLM's own ids that joins these pairs of tokens, the first before all
  /// others.
  ///
  /// Each pair gets the next id, from 258 on, unless a token of the same bytes is there already.
  ///
  /// - Precondition: every token is a byte or comes from an earlier pair, no pair is there twice,
  ///   and there are at most ``largestVocabulary`` tokens.
  package init(merging pairs: [TokenPair]) {
    table = TokenTable.own(merging: pairs)
    origin = nil
  }

  /// The largest number of tokens: an id has 16 bits in a token store.
  package static let largestVocabulary = 1 << 16

  /// The token that stands before an image's first, BOS: `<s>` in `tokenizer.json`.
  public var beginToken: Int32 { table.begin }
  /// The token that stands after an image's last, EOS: `</s>` in `tokenizer.json`.
  public var endToken: Int32 { table.end }

  /// Size of the vocabulary, bytes and special tokens included.
  public var count: Int { table.pieces.count }

  /// The bytes that one token spells, none for a special token.
  ///
  /// - Precondition: `token` is in `0..<count`.
  public func bytes(of token: Int32) -> [UInt8] {
    precondition(token >= 0 && token < count, "token \(token) of \(count)")
    return table.pieces[Int(token)]
  }

  /// The tokens of `bytes`, without special tokens.
  ///
  /// Any bytes can be encoded, so also a stream that was cut anywhere; the last tokens before the
  /// cut may then differ from those of the whole stream. Of all neighbours that can be joined, those
  /// of the earliest pair are joined first, and of these the leftmost, until none are left: what
  /// Hugging Face's `tokenizers` and SentencePiece do.
  ///
  /// - Complexity: O(*n*) in the number of bytes where pairs are few, as in a vocabulary of some
  ///   hundreds; at most O(*n* log *n*).
  public func encode(_ bytes: some Collection<UInt8>) -> [Int32] {
    table.encode(Array(bytes))
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
      result += table.pieces[Int(token)]
    }
    return result
  }

  /// Whether every byte has a token, so that decoding gives back what was encoded; a foreign
  /// tokenizer may know only the bytes that it saw.
  public var isLossless: Bool { !table.byteTokens.contains { $0 == table.unknown } }

  /// The highest id that ``encode(_:)`` gives.
  var lastEncoded: Int32 {
    let last = table.pieces.lastIndex { !$0.isEmpty } ?? 0
    return max(Int32(last), table.prefix ?? 0, table.unknown ?? 0)
  }

  /// Whether two tokenizers give the same tokens, whatever file they came from.
  public static func == (one: Tokenizer, other: Tokenizer) -> Bool {
    one.table === other.table || one.table == other.table
  }
}

extension Tokenizer: CustomStringConvertible {
  /// What the vocabulary holds, such as "bytes, 62 longer strings of up to 5 bytes, 2 special".
  public var description: String {
    let longer = table.pieces.filter { $0.count > 1 }
    let special = table.pieces.count { $0.isEmpty }
    let strings =
      longer.isEmpty
      ? "" : "\(longer.count) longer strings of up to \(longer.map(\.count).max() ?? 0) bytes, "
    return "bytes, \(strings)\(special) special"
  }
}

/// What can be wrong with tokens or a tokenizer's file.
public enum TokenizerError: Error, FileFault {
  /// A token that is not in `0..<count`.
  case tokenOutsideVocabulary(Int32, count: Int)
  /// The file is no tokenizer's; `reason` says where it fails.
  case malformed(reason: any FileFault)
  /// The file asks for something that ``Tokenizer`` cannot do.
  case unsupported(part: any FileFault)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .tokenOutsideVocabulary(let token, let count):
      "token \(token) is outside the vocabulary of \(count)"
    case .malformed(let reason): "not a tokenizer's file: \(reason)"
    case .unsupported(let part):
      "unsupported tokenizer: \(part); give one of byte-pair encoding over U+2800 to U+28FF"
    }
  }

  /// Whether two errors have the same reason.
  public static func == (one: TokenizerError, other: TokenizerError) -> Bool {
    switch (one, other) {
    case (
      .tokenOutsideVocabulary(let token, let count),
      .tokenOutsideVocabulary(let otherToken, let otherCount)
    ):
      token == otherToken && count == otherCount
    case (.malformed(let fault), .malformed(let another)),
      (.unsupported(let fault), .unsupported(let another)):
      fault.equals(another)
    default: false
    }
  }

  /// That a file is no tokenizer's.
  package static func malformed(_ fault: TokenizerFault) -> TokenizerError {
    .malformed(reason: fault)
  }

  /// That a file asks for what is not supported.
  package static func unsupported(_ part: UnsupportedTokenizer) -> TokenizerError {
    .unsupported(part: part)
  }
}
