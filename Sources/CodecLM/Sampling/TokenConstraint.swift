/// What may come next in one sequence of tokens.
///
/// A value: sequences that begin alike go on with copies.
package protocol TokenConstraint: Sendable {
  /// Sets the logits of tokens that may not come next to −∞.
  func process(_ logits: inout MutableSpan<Float>)

  /// Goes on by a token that was drawn.
  ///
  /// - Returns: the tokens that come next: that one, and those that follow it without a choice.
  mutating func accept(_ drawn: Int32) -> [Int32]

  /// Whether a token is the end of the sequence.
  func isEnd(_ token: Int32) -> Bool
}
