import Synchronization

/// The byte strings of a vocabulary, and which tokens were found to be allowed where, for the grammar
/// of one profile.
package final class TokenTrie: Sendable {
  /// What the tokens mean.
  package let tokenizer: Tokenizer
  /// Tokens that spell nothing and stand before a stream's first byte, as SentencePiece's ▁ does.
  let opening: [Int32]
  private let trie: ByteTrie
  /// What may come next in a stream.
  struct Choice: Sendable {
    /// The first byte.
    var bytes: ByteSet
    /// The tokens whose bytes are allowed in sequence; `nil` if that is not known.
    var tokens: NumberSet?
  }

  /// The choices at the places that were met so far, and how many bytes were looked at for them.
  private let choices = Mutex<[UInt64: (choice: Choice, depth: Int)]>([:])
  /// Most places to remember.
  private let places: Int

  /// The tree of a tokenizer's tokens.
  package init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    opening = Array(tokenizer.encode([0]).prefix { tokenizer.bytes(of: $0).isEmpty })
    var trie = ByteTrie(below: tokenizer.count)
    for token in 0..<Int32(tokenizer.count) {
      let bytes = tokenizer.bytes(of: token)
      if !bytes.isEmpty { trie.insert(bytes, token) }
    }
    self.trie = trie
    // 16 MiB of sets.
    places = (1 << 27) / tokenizer.count
  }

  /// The tokenizer's own tokens of bytes that follow others.
  func spelling(of bytes: [UInt8]) -> ArraySlice<Int32> {
    tokenizer.encode(bytes).dropFirst(opening.count)
  }

  /// How many of `bytes` cannot be in one token with bytes that follow them.
  func settledCount(of bytes: [UInt8]) -> Int {
    let starts = max(0, bytes.count - trie.longest + 1)..<bytes.count
    return starts.first { trie.isBeginning(bytes[$0...]) } ?? bytes.count
  }

  /// What the grammar allows next; tokens only where there is a choice of bytes.
  ///
  /// - Complexity: a look into a table, which all streams share; where all tokens are single bytes, at
  ///   a place that is new, and where tokens reach beyond its horizon, as below.
  func choice(_ grammar: any TrieGrammar) -> Choice {
    let place = grammar.place
    if let place, let known = choices.withLock({ $0[place.number] }), known.depth <= place.horizon {
      return known.choice
    }
    let bytes = grammar.allowedBytes
    if bytes.count < 2 { return Choice(bytes: bytes) }
    let matches = grammar.matches(in: trie, after: [], bytes)
    let choice = Choice(bytes: bytes, tokens: matches.strings)
    if let place, trie.longest > 1, matches.depth <= place.horizon {
      choices.withLock { if $0.count < places { $0[place.number] = (choice, matches.depth) } }
    }
    return choice
  }

  /// The tokens whose bytes begin with `known`, or are its beginning, and go on with bytes of `allowed`
  /// and then those that `grammar` allows; without a grammar any.
  ///
  /// - Complexity: a step of the grammar for each node behind an allowed one.
  func tokens(
    after known: [UInt8], _ allowed: ByteSet, _ grammar: (any TrieGrammar)?
  ) -> NumberSet {
    (grammar?.matches(in: trie, after: known, allowed)
      ?? trie.matches(after: known, allowed, from: ()) { _, _ in true }).strings
  }
}
