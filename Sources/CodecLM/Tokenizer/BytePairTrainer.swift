/// Learns which strings of bytes become tokens of their own: byte-pair encoding with a whole file as
/// one word.
///
/// Again and again the most frequent pair of neighbouring tokens becomes a token, until the
/// vocabulary is full or no pair is there twice. Of equally frequent pairs the one of lower ids
/// comes first. Pairs are counted at every place, so three equal tokens in a row are two pairs; none
/// reaches from one file into the next. A pair whose string is a token already becomes that token.
/// All this is as in Hugging Face's `tokenizers`; ``longestToken`` is not.
///
/// - Complexity: O(*n* + *m* log *m*) time for *n* bytes in which *m* pairs are joined, places
///   included: a pair's places are known, so that nothing is searched again. About 8 bytes of memory for
///   each byte of the files.
package struct BytePairTrainer: Sendable {
  /// The largest number of tokens, bytes and the two special ones included.
  package let vocabulary: Int
  /// The largest number of bytes that can be learnt from: places have 32 bits.
  package static let largestCorpus = Int(UInt32.max) / 2

  /// The largest number of bytes of a token, so that no tokenizer's file is too large to be read.
  package static let longestToken = 32

  private var corpus: [UInt16] = [TokenCells.boundary]

  /// A trainer that has seen nothing.
  ///
  /// - Precondition: `vocabulary` is in 258...``Tokenizer/largestVocabulary``.
  package init(vocabulary: Int) {
    precondition(
      (258...Tokenizer.largestVocabulary).contains(vocabulary), "a vocabulary of \(vocabulary)")
    self.vocabulary = vocabulary
  }

  /// Adds one word: the canonical bytes of a file, or a part that no token shall reach out of.
  ///
  /// - Precondition: ``largestCorpus`` is not passed.
  package mutating func append(_ file: some Collection<UInt8>) {
    precondition(
      corpus.count + file.count < Self.largestCorpus, "more than \(Self.largestCorpus) bytes")
    for byte in file { corpus.append(UInt16(byte)) }
    corpus.append(TokenCells.boundary)
  }

  /// The tokenizer for the files so far.
  package consuming func train() -> Tokenizer {
    var pairs = PairCounts(corpus)
    var cells = TokenCells(corpus)
    corpus = []
    var pieces = (UInt8.min...UInt8.max).map { [$0] } + [[], []]
    var tokens: [[UInt8]: UInt16] = [:]
    var learnt: Set<UInt32> = []
    var merges: [TokenPair] = []
    while pieces.count < vocabulary, let (pair, places) = pairs.takeMostFrequent() {
      let piece = pieces[Int(pair.left)] + pieces[Int(pair.right)]
      guard piece.count <= Self.longestToken else { continue }
      let token = tokens[piece] ?? UInt16(pieces.count)
      if tokens.updateValue(token, forKey: piece) == nil { pieces.append(piece) }
      // A pair can come back when another one makes its second token.
      if learnt.insert(pair.key).inserted {
        merges.append(TokenPair(Int32(pair.left), Int32(pair.right)))
      }
      pairs.update(after: pair, token, cells.join(pair, at: places, to: token))
    }
    return Tokenizer(merging: merges)
  }
}
