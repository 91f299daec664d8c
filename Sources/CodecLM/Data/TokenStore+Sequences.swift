extension TokenStore {
  /// What is read before an image's tokens and not learnt: the begin token, then the image's condition.
  package func prefix(of index: Int) -> [Int32] {
    prefixes.count == 1 ? prefixes[0] : prefixes[index]
  }

  /// The same images, each with tokens between the begin token and its own that are read and not learnt, for
  /// instance those of a label.
  ///
  /// ```swift
  /// let labelled = store.conditioned { [firstLabel + label(of: store.name(of: $0))] }
  /// ```
  ///
  /// - Parameter condition: the tokens of an image; a model must have them, the tokenizer need not.
  public func conditioned(on condition: (_ image: Int) -> [Int32]) -> TokenStore {
    var store = self
    store.prefixes = (0..<count).map { tokenizer.prefix(condition($0)) }
    return store
  }

  /// An image as a model reads and learns it.
  ///
  /// - Complexity: O(*n*) in the number of tokens.
  public func sequence(of index: Int) -> TokenSequence {
    var sequence = TokenSequence(prefix: prefix(of: index), body: [])
    read(index, into: &sequence)
    return sequence
  }

  /// Makes `sequence` that of an image, in the same memory.
  func read(_ index: Int, into sequence: inout TokenSequence) {
    sequence.replace(prefix: prefix(of: index), end: tokenizer.endToken) { result in
      withTokens(of: index) { tokens, width in
        for place in 0..<tokens.count / width.rawValue {
          result.append(width.token(at: place, in: tokens))
        }
      }
    }
  }

  /// Positions of an image's sequence.
  func positionCount(of index: Int) -> Int {
    prefix(of: index).count + tokenCount(of: index)
  }

  /// Positions that no image's sequence has more of.
  var longestPositionCount: Int {
    statistics.longest + (prefixes.lazy.map(\.count).max() ?? 0)
  }
}
