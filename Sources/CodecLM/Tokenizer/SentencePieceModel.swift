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
  /// Cutting a piece takes time with the square of its length; SentencePiece's own limit is 16.
  private static let longestPiece = 1_024

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
          throw .unsupported(part: "more than \(Tokenizer.largestVocabulary) tokens")
        }
        pieces.append(try Self.piece(message))
      case (2, .bytes(let message)): try readTrainer(message)
      case (3, .bytes(let message)): try readNormalizer(message)
      default: break
      }
    }
    guard !pieces.isEmpty else { throw .malformed(reason: "no pieces") }
    guard type == Self.bytePairEncoding else { throw .unsupported(part: "the model type \(type)") }
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
          throw .malformed(reason: "a piece of type \(number)")
        }
        piece.kind = kind
      default: break
      }
    }
    guard piece.score.isFinite else { throw .malformed(reason: "a score of \(piece.score)") }
    return piece
  }

  private static func text(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(reason: "a text that is not UTF-8")
    }
    return text
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (3, .varint(let number)): type = number
      case (24, .varint(let flag)) where flag != 0:
        throw .unsupported(part: "\(Braille.space) after a text")
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
          throw .unsupported(part: "the normalization rule \(name)")
        }
      case (3, .varint(let flag)): hasPrefix = flag != 0
      case (5, .varint(0)): throw .unsupported(part: "spaces that are not escaped")
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
          throw .unsupported(part: "token \(token), which is not made of Braille patterns")
        }
        guard letters.count <= Self.longestPiece else {
          throw .unsupported(part: "token \(token), which is \(letters.count) characters long")
        }
        try vocabulary.append(.text(letters))
        continue
      case .unknown: unknown = Int32(token)
      case .control: break
      case .byte: hasByteFallback = true
      case .userDefined: throw .unsupported(part: "token \(token), which is defined by a user")
      case .unused: throw .unsupported(part: "token \(token), which is marked unused")
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
      throw .unsupported(part: "no control piece \(name)")
    }
    return Int32(token)
  }

  private func merges(_ vocabulary: BrailleVocabulary) -> [Merge] {
    let scores = Set(pieces.filter { $0.kind == .normal }.map(\.score)).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: zip(scores, Int32(0)...))
    var merges: [Merge] = []
    for (token, piece) in vocabulary.pieces.enumerated() {
      guard case .text(let letters) = piece, letters.count > 1,
        let rank = ranks[pieces[token].score]
      else { continue }
      for cut in 1..<letters.count {
        guard let left = vocabulary.tokens[Array(letters[..<cut])],
          let right = vocabulary.tokens[Array(letters[cut...])]
        else { continue }
        merges.append(Merge(left: left, right: right, rank: rank, result: Int32(token)))
      }
    }
    return merges
  }
}
