/// What may come next in one stream: the rest of its prompt, then what the codec's grammar allows.
///
/// Bytes of which there is no choice are known ahead of the tokens that will spell them. They are
/// spelt as the tokenizer does, up to the place from which a token could reach beyond them; from
/// there on every token is allowed whose bytes are allowed in sequence.
package struct StreamConstraint: Sendable {
  private let trie: TokenTrie
  /// The state behind ``known``; `nil` allows any byte, and an end anywhere.
  private var grammar: (any TrieGrammar)?
  /// Bytes that must come next.
  package private(set) var known: [UInt8]
  /// What may follow ``known``.
  private var next: TokenTrie.Choice
  private var mask: NumberSet

  /// The constraint at the beginning of a stream.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` if the grammar does not allow `prompt`.
  package init(
    _ grammar: (any ByteGrammar)?, _ trie: TokenTrie, prompt: Prompt = .empty
  ) throws(CodecError) {
    self.trie = trie
    let grammar = grammar.map { ($0 as? any TrieGrammar) ?? WalkingGrammar($0) }
    self.grammar = grammar
    known = prompt.bytes
    mask = NumberSet(below: trie.tokenizer.count)
    next = .init(bytes: prompt.tail.bytes)
    guard var grammar else { return }
    for (offset, byte) in prompt.bytes.enumerated() where !grammar.advance(byte) {
      throw .notCanonical(offset: offset, .prompt)
    }
    self.grammar = grammar
    next.bytes = grammar.allowedBytes.intersection(next.bytes)
    if next.bytes.isEmpty, prompt.tail != .empty || !grammar.isComplete {
      throw .notCanonical(
        offset: prompt.bytes.count, .prompt)
    }
  }

  /// The tokens that come next without a choice, the end token as the last of a stream; afterwards
  /// there is a choice, unless the stream has ended.
  package mutating func takeForced() -> [Int32] {
    var tokens: [Int32] = []
    while true {
      lookAhead()
      takeSettled(&tokens)
      if known.isEmpty, grammar?.isComplete == true {
        return tokens + [trie.tokenizer.endToken]
      }
      updateMask()
      guard mask.count == 1, let only = mask.first else { return tokens }
      tokens.append(only)
      advance(only)
    }
  }

  /// Whether a token may come next; only if none was forced.
  package func allows(_ token: Int32) -> Bool { mask.contains(token) }

  /// Goes on by a token that was allowed and returns those that follow without a choice.
  package mutating func take(_ token: Int32) -> [Int32] {
    if isEnd(token) { return [] }
    advance(token)
    return takeForced()
  }

  /// Sets the logits of tokens that may not come next to −∞, with those that the tokenizer lacks.
  package func process(_ logits: inout MutableSpan<Float>) {
    let tokens = trie.tokenizer.count
    for index in logits.indices where index >= tokens || !mask.contains(Int32(index)) {
      logits[index] = -.infinity
    }
  }

  /// Whether a token is the end of the stream.
  package func isEnd(_ token: Int32) -> Bool { token == trie.tokenizer.endToken }

  private mutating func advance(_ token: Int32) {
    let bytes = trie.tokenizer.bytes(of: token)
    let due = min(bytes.count, known.count)
    precondition(bytes.starts(with: known.prefix(due)), "token \(token) is not allowed here")
    known.removeFirst(due)
    if due < bytes.count { step(bytes[due...]) }
  }

  /// Goes on by bytes behind the known ones.
  private mutating func step(_ bytes: ArraySlice<UInt8>) {
    guard grammar != nil else { return next = .init(bytes: .all) }
    for byte in bytes {
      let isAllowed = grammar?.advance(byte) == true
      precondition(isAllowed, "\(bytes) are not allowed by the grammar")
    }
    if let grammar { next = trie.choice(grammar) }
  }

  private mutating func lookAhead() {
    while next.bytes.count == 1, let byte = next.bytes.first {
      known.append(byte)
      step([byte])
    }
  }

  /// Spells the known bytes that no longer token could take with what follows.
  private mutating func takeSettled(_ tokens: inout [Int32]) {
    guard !known.isEmpty else { return }
    let settled = next.bytes.isEmpty ? known.count : trie.settledCount(of: known)
    var taken = 0
    for token in trie.spelling(of: known) {
      let end = taken + trie.tokenizer.bytes(of: token).count
      guard end <= settled else { break }
      tokens.append(token)
      taken = end
    }
    known.removeFirst(taken)
  }

  private mutating func updateMask() {
    let tokens = known.isEmpty ? next.tokens : nil
    mask = tokens ?? trie.tokens(after: known, next.bytes, grammar)
    if grammar == nil, known.isEmpty, next.bytes == .all { mask.insert(trie.tokenizer.endToken) }
  }
}

extension StreamConstraint: TokenConstraint {
  package mutating func accept(_ drawn: Int32) -> [Int32] { [drawn] + take(drawn) }
}
