/// The parts of a SentencePiece `tokenizer.model` that decide about ids.
///
/// A model of byte-pair encoding joins the two neighbours whose joined text is the piece of the
/// highest score, whichever two they are; so every way to cut a piece in two is a merge, and all of
/// one piece have the same rank.
struct SentencePieceModel {
  private struct Piece {
    var text = ""
    var score: Float = 0
    var kind = Kind.normal
  }

  /// `ModelProto.SentencePiece.Type`.
  private enum Kind: UInt64 {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// `TrainerSpec.ModelType`.
  private static let bytePairEncoding: UInt64 = 2
  /// Rules that leave Braille patterns as they are.
  private static let rules = ["", "identity", "nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf"]
  /// The longest that SentencePiece learns when it is asked to.
  private static let longestPiece = 512

  private var pieces: [Piece] = []
  private var type: UInt64 = 1
  private var hasPrefix = true
  private var begin = Braille.begin
  private var end = Braille.end

  init(_ model: [UInt8]) throws(TokenizerError) {
    var reader = ProtobufReader(model[...])
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let message)):
        guard pieces.count < Tokenizer.largestVocabulary else {
          throw .unsupported(.tooManyTokens)
        }
        pieces.append(try Self.piece(message))
      case (2, .bytes(let message)): try readTrainer(message)
      case (3, .bytes(let message)): try readNormalizer(message)
      default: break
      }
    }
    guard !pieces.isEmpty else { throw .malformed(.noPieces) }
    guard type == Self.bytePairEncoding else { throw .unsupported(.modelType("\(type)")) }
  }

  private static func piece(_ message: ArraySlice<UInt8>) throws(TokenizerError) -> Piece {
    var piece = Piece()
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)): piece.text = try Self.text(text)
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .varint(let number)):
        guard let kind = Kind(rawValue: number) else {
          throw .malformed(.pieceType(number))
        }
        piece.kind = kind
      default: break
      }
    }
    guard piece.score.isFinite else { throw .malformed(.score(bits: piece.score.bitPattern)) }
    return piece
  }

  private static func text(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(.notUTF8)
    }
    return text
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (3, .varint(let number)): type = number
      case (24, .varint(let flag)) where flag != 0:
        throw .unsupported(.spaceAfter)
      case (46, .bytes(let name)): begin = try Self.text(name)
      case (47, .bytes(let name)): end = try Self.text(name)
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ message: ArraySlice<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let name)):
        let name = try Self.text(name)
        guard Self.rules.contains(name) else {
          throw .unsupported(.rule(name))
        }
      case (3, .varint(let flag)): hasPrefix = flag != 0
      case (5, .varint(0)): throw .unsupported(.plainSpaces)
      default: break
      }
    }
  }

  func table() throws(TokenizerError) -> TokenTable {
    var vocabulary = BrailleVocabulary()
    var unknown: Int32?
    var hasByteFallback = false
    for (token, piece) in pieces.enumerated() {
      switch piece.kind {
      case .normal:
        guard let letters = BrailleVocabulary.letters(piece.text) else {
          throw .unsupported(.noPatterns(token))
        }
        guard letters.count <= Self.longestPiece else {
          throw .unsupported(.longToken(token, characters: letters.count))
        }
        try vocabulary.append(.text(letters))
        continue
      case .unknown: unknown = Int32(token)
      case .control: break
      case .byte: hasByteFallback = true
      case .userDefined: throw .unsupported(.userDefined(token))
      case .unused: throw .unsupported(.unused(token))
      }
      try vocabulary.append(.special)
    }
    return try vocabulary.table(
      begin: try control(begin), end: try control(end),
      unknown: hasByteFallback ? nil : unknown, hasPrefix: hasPrefix,
      merges: merges(vocabulary))
  }

  private func control(_ name: String) throws(TokenizerError) -> Int32 {
    guard let token = pieces.firstIndex(where: { $0.kind == .control && $0.text == name }) else {
      throw .unsupported(.noControlPiece(name))
    }
    return Int32(token)
  }

  private func merges(_ vocabulary: BrailleVocabulary) -> [Merge] {
    let scores = Set(pieces.filter { $0.kind == .normal }.map(\.score)).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: zip(scores, Int32(0)...))
    let index = PieceIndex(vocabulary)
    var merges: [Merge] = []
    for (token, piece) in vocabulary.pieces.enumerated() {
      guard case .text(let letters) = piece, let rank = ranks[pieces[token].score] else { continue }
      for (left, right) in index.cuts(of: letters) {
        merges.append(Merge(left: left, right: right, rank: rank, result: Int32(token)))
      }
    }
    return merges
  }
}

/// Finds pieces by hashes that are known for every part of a text once they are for its beginnings,
/// so that trying all cuts takes time in proportion to the length.
private struct PieceIndex {
  private let vocabulary: BrailleVocabulary
  private var tokens: [UInt64: Int32] = [:]
  /// The powers of ``base``, modulo 2⁶⁴.
  private var powers: [UInt64] = [1]

  private static let base: UInt64 = 0x9e37_79b9_7f4a_7c15

  init(_ vocabulary: BrailleVocabulary) {
    self.vocabulary = vocabulary
    for (letters, token) in vocabulary.tokens {
      tokens[Self.hashes(letters)[letters.count]] = token
      while powers.count <= letters.count {
        powers.append((powers.last ?? 1) &* Self.base)
      }
    }
  }

  /// Every two tokens that together are `letters`.
  func cuts(of letters: BrailleVocabulary.Letters) -> [(left: Int32, right: Int32)] {
    let hashes = Self.hashes(letters)
    let count = letters.count
    return (0..<count).dropFirst().compactMap { cut in
      guard let left = token(letters[..<cut], hash: hashes[cut]),
        let right = token(
          letters[cut...], hash: hashes[count] &- hashes[cut] &* powers[count - cut])
      else { return nil }
      return (left, right)
    }
  }

  private func token(_ letters: ArraySlice<UInt16>, hash: UInt64) -> Int32? {
    guard let token = tokens[hash], case .text(let piece) = vocabulary.pieces[Int(token)],
      piece[...] == letters
    else { return nil }
    return token
  }

  /// The hash of each beginning of `letters`, the empty one first.
  private static func hashes(_ letters: BrailleVocabulary.Letters) -> [UInt64] {
    var result: [UInt64] = [0]
    result.reserveCapacity(letters.count + 1)
    var hash: UInt64 = 0
    for letter in letters {
      hash = hash &* base &+ UInt64(letter) &+ 1
      result.append(hash)
    }
    return result
  }
}
