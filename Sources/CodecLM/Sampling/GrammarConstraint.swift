/// Excludes the tokens that a codec's grammar does not allow next, for a tokenizer of single bytes.
struct GrammarConstraint: LogitsProcessor {
  private var grammar: any ByteGrammar
  private var allowed: ByteSet
  private let endToken: Int32

  /// The constraint at the beginning of a stream.
  init(_ grammar: any ByteGrammar, _ tokenizer: Tokenizer) {
    self.grammar = grammar
    endToken = tokenizer.endToken
    allowed = grammar.allowedBytes
  }

  /// The token that must come next, if there is only one.
  var forced: Int32? {
    if grammar.isComplete { return endToken }
    return allowed.count == 1 ? allowed.first.map { Int32($0) } : nil
  }

  /// Sets the others to −∞.
  func process(_ logits: inout MutableSpan<Float>) {
    for index in logits.indices {
      let isAllowed = index < 256 ? allowed.contains(UInt8(index)) : false
      if !isAllowed { logits[index] = -.infinity }
    }
  }

  /// Goes on by a token that was allowed.
  mutating func advance(_ token: Int32) {
    let isAllowed = UInt8(exactly: token).map { grammar.advance($0) } ?? false
    precondition(isAllowed, "token \(token) is not allowed by the grammar")
    allowed = grammar.allowedBytes
  }
}
