/// A grammar that tests many strings at once, so that the tokens which may come next are found fast.
package protocol TrieGrammar: ByteGrammar {
  /// What the strings that may come next depend on, so that what was worked out for one state serves
  /// others; `nil` where there is no such thing.
  var place: Place? { get }
  /// The strings of a trie that may come next.
  ///
  /// - Parameters:
  ///   - trie: the strings to choose from.
  ///   - known: bytes that must come first, and that this state is already behind.
  ///   - allowed: which bytes may come next, all or some of ``ByteGrammar/allowedBytes``.
  func matches(in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet) -> ByteTrie.Matches
}

extension TrieGrammar {
  /// None.
  package var place: Place? { nil }
}

/// Where a grammar stands, as far as its next bytes depend on it.
package struct Place: Sendable, Hashable {
  /// After all states of one profile's grammar with this number, the same strings may come next, if
  /// they are no longer than the ``horizon`` of each.
  package let number: UInt64
  /// Bytes.
  package let horizon: Int

  package init(number: UInt64, horizon: Int) {
    self.number = number
    self.horizon = horizon
  }
}

/// Any grammar, whose copies walk through the strings.
package struct WalkingGrammar: TrieGrammar {
  private var base: any ByteGrammar

  package init(_ base: any ByteGrammar) { self.base = base }

  package var allowedBytes: ByteSet { base.allowedBytes }
  package var forcedByte: UInt8? { base.forcedByte }
  package var isComplete: Bool { base.isComplete }
  package mutating func advance(_ byte: UInt8) -> Bool { base.advance(byte) }
  package func completion(beginning prefix: BitPrefix) -> [UInt8] {
    base.completion(beginning: prefix)
  }

  package func matches(
    in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet
  ) -> ByteTrie.Matches {
    trie.matches(after: known, allowed, from: base) { $0.advance($1) }
  }
}
