/// Two neighbouring tokens.
package struct TokenPair: Hashable, Sendable {
  /// The first.
  package let left: Int32
  /// The second.
  package let right: Int32

  /// A pair.
  package init(_ left: Int32, _ right: Int32) {
    self.left = left
    self.right = right
  }
}

/// What a tokenizer knows: the bytes of each token, and which tokens are joined.
///
/// Immutable, so that a ``Tokenizer`` is one reference.
final class TokenTable: Sendable, Equatable {
  /// The bytes of each token; none for special ones.
  let pieces: [[UInt8]]
  let begin: Int32
  let end: Int32
  /// The token that stands before the first byte: SentencePiece's ▁, which spells no byte.
  let prefix: Int32?
  /// The token of bytes and of ▁ where they have none of their own; it spells no byte, and a run of
  /// them is one token.
  let unknown: Int32?
  /// The token of each byte.
  let byteTokens: [Int32]
  /// What is joined.
  let merges: MergeTable
  /// Pairs of bytes that may end up in one token.
  let seams: BytePairSet

  /// A table of tokens that were checked.
  ///
  /// - Precondition: there is a token for each of the 256 bytes.
  init(
    pieces: [[UInt8]], begin: Int32, end: Int32, prefix: Int32? = nil, unknown: Int32? = nil,
    byteTokens: [Int32], merges: [Merge]
  ) {
    precondition(byteTokens.count == 256, "\(byteTokens.count) tokens of bytes")
    self.pieces = pieces
    self.begin = begin
    self.end = end
    self.prefix = prefix
    self.unknown = unknown
    self.byteTokens = byteTokens
    self.merges = MergeTable(merges)
    var seams = BytePairSet()
    for merge in merges {
      if let last = pieces[Int(merge.left)].last, let first = pieces[Int(merge.right)].first {
        seams.insert(last, first)
      }
    }
    self.seams = seams
  }

  static let ownBegin: Int32 = 256
  static let ownEnd: Int32 = 257
  /// The first id after bytes and special tokens.
  static let ownFirst: Int32 = 258

  /// The table of CodecLM's own ids; see ``Tokenizer/init(merging:)``.
  static func own(merging pairs: [TokenPair]) -> TokenTable {
    guard let table = ownIfPossible(merging: pairs) else {
      preconditionFailure("a pair of \(pairs.count) that is of later tokens, or there twice")
    }
    return table
  }

  /// The same, or nil where the pairs do not satisfy the precondition.
  static func ownIfPossible(merging pairs: [TokenPair]) -> TokenTable? {
    var pieces = (UInt8.min...UInt8.max).map { [$0] } + [[], []]
    var tokens: [[UInt8]: Int32] = [:]
    var merges: [Merge] = []
    guard Set(pairs).count == pairs.count else { return nil }
    for (rank, pair) in pairs.enumerated() {
      guard let left = piece(pair.left, in: pieces), let right = piece(pair.right, in: pieces)
      else { return nil }
      let piece = left + right
      let token = tokens[piece] ?? Int32(pieces.count)
      if token == pieces.count {
        guard pieces.count < Tokenizer.largestVocabulary else { return nil }
        tokens[piece] = token
        pieces.append(piece)
      }
      merges.append(
        Merge(left: pair.left, right: pair.right, rank: Int32(rank), result: token))
    }
    return TokenTable(
      pieces: pieces, begin: ownBegin, end: ownEnd, byteTokens: Array(0...255), merges: merges)
  }

  private static func piece(_ token: Int32, in pieces: [[UInt8]]) -> [UInt8]? {
    guard token >= 0, token < pieces.count else { return nil }
    let piece = pieces[Int(token)]
    return piece.isEmpty ? nil : piece
  }

  static func == (one: TokenTable, other: TokenTable) -> Bool {
    one.pieces == other.pieces && one.begin == other.begin && one.end == other.end
      && one.prefix == other.prefix && one.unknown == other.unknown
      && one.byteTokens == other.byteTokens
      && one.merges.all == other.merges.all
  }
}

/// A set of pairs of bytes.
struct BytePairSet: Sendable {
  private var words = [UInt64](repeating: 0, count: 1 << 10)

  mutating func insert(_ first: UInt8, _ second: UInt8) {
    words[Int(first) << 2 | Int(second) >> 6] |= 1 << UInt64(second & 63)
  }

  @inline(__always)
  func contains(_ first: UInt8, _ second: UInt8) -> Bool {
    words[Int(first) << 2 | Int(second) >> 6] >> UInt64(second & 63) & 1 != 0
  }
}
