/// What a pass works on: tokens, what is to follow them, and which of them belong together.
package struct LlamaInputs: Sendable, Equatable {
  /// N token ids.
  package let tokens: [Int32]
  /// N ids, negative where nothing is to be predicted.
  package let targets: [Int32]
  /// Disjoint ascending ranges of the N; attention stays inside a segment.
  package let segments: [Range<Int>]
  /// N positions for the rotary embedding, not negative; 0 in no segment by default.
  package let positions: [Int32]

  /// Ranges in no segment.
  let padding: [Range<Int>]

  /// Number of tokens.
  package var count: Int { tokens.count }

  /// Inputs of a pass.
  ///
  /// - Parameters:
  ///   - tokens: N ids.
  ///   - targets: N ids, negative where nothing is to be predicted, as in no segment.
  ///   - segments: disjoint ascending ranges of the N. Attention stays inside a segment, and sees what
  ///     comes before a token whatever its position.
  ///   - positions: N positions for the rotary embedding, in any order; by default they count from each
  ///     segment's start.
  package init(
    tokens: [Int32], targets: [Int32], segments: [Range<Int>], positions: [Int32]? = nil
  ) {
    precondition(targets.count == tokens.count, "\(targets.count) targets for \(tokens.count)")
    var (padding, counted): ([Range<Int>], [Int32]) = ([], [])
    counted.reserveCapacity(tokens.count)
    for segment in segments + [tokens.count..<tokens.count] {
      precondition(
        segment.lowerBound >= counted.count && segment.upperBound <= tokens.count,
        "segment \(segment) overlaps or leaves \(tokens.count) positions")
      if segment.lowerBound > counted.count {
        padding.append(counted.count..<segment.lowerBound)
        counted.append(contentsOf: repeatElement(0, count: segment.lowerBound - counted.count))
      }
      counted.append(contentsOf: 0..<Int32(segment.count))
    }
    if let positions {
      precondition(
        positions.count == tokens.count, "\(positions.count) positions for \(tokens.count)")
    }
    self.tokens = tokens
    self.targets = targets
    self.segments = segments
    self.positions = positions ?? counted
    self.padding = padding
  }
}
