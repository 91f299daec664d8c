/// A foreign file's vocabulary, checked piece by piece.
struct BrailleVocabulary {
  /// What a token is there.
  enum Piece {
    /// A string of Braille patterns, or one that stands at the beginning of a text.
    case text(Letters)
    /// Spells no bytes and never comes of any.
    case special
  }

  /// Bytes, and ``space`` where ▁ stands.
  typealias Letters = [UInt16]

  static let space: UInt16 = 256

  private(set) var pieces: [Piece] = []
  private(set) var tokens: [Letters: Int32] = [:]

  /// The letters of a piece of text, nil when it has others than Braille patterns after at most one
  /// ▁ at its beginning.
  static func letters(_ text: String) -> Letters? {
    var letters: Letters = []
    for scalar in text.unicodeScalars {
      if scalar == Braille.space, letters.isEmpty {
        letters.append(space)
      } else if (0x2800...0x28ff).contains(scalar.value) {
        letters.append(UInt16(scalar.value - 0x2800))
      } else {
        return nil
      }
    }
    return letters.isEmpty ? nil : letters
  }

  /// Adds the token of the next id.
  mutating func append(_ piece: Piece) throws(TokenizerError) {
    guard pieces.count < Tokenizer.largestVocabulary else {
      throw .unsupported(.tooManyTokens)
    }
    if case .text(let letters) = piece {
      guard tokens.updateValue(Int32(pieces.count), forKey: letters) == nil else {
        throw .malformed(.sameText(pieces.count))
      }
    }
    pieces.append(piece)
  }

  /// The table of this vocabulary.
  ///
  /// - Parameters:
  ///   - unknown: the token of bytes that have none, if that is allowed; a run of them is one.
  ///   - hasPrefix: whether ▁ is put before a text.
  func table(
    begin: Int32, end: Int32, unknown: Int32?, hasPrefix: Bool, merges: [Merge]
  ) throws(TokenizerError) -> TokenTable {
    var missing = false
    var byteTokens: [Int32] = []
    for byte in UInt16(0)...255 {
      guard let token = tokens[[byte]] ?? unknown else {
        throw .unsupported(.noByte(byte))
      }
      missing = missing || token == unknown
      byteTokens.append(token)
    }
    let prefix = hasPrefix ? tokens[[Self.space]] ?? unknown : nil
    if hasPrefix, prefix == nil { throw .unsupported(.noSpace) }
    missing = missing || prefix == unknown
    let bytes = pieces.map { piece -> [UInt8] in
      switch piece {
      case .text(let letters): letters.compactMap { UInt8(exactly: $0) }
      case .special: []
      }
    }
    return TokenTable(
      pieces: bytes, begin: begin, end: end, prefix: prefix,
      unknown: missing ? unknown : nil, byteTokens: byteTokens, merges: merges)
  }
}
