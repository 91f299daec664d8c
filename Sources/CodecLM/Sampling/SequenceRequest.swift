/// A sequence that a `DecodingEngine` is asked to go on with.
package struct SequenceRequest<Constraint: TokenConstraint>: Sendable {
  /// What it begins with: a prefix, and the first tokens of the body if they are given, without an end.
  package var beginning: TokenSequence
  /// What may come behind the beginning.
  package var constraint: Constraint
  /// Where its random numbers are.
  package var address: DrawAddress
  /// What changes the model's logits, in this order, before the constraint has its say.
  package var processors: [any LogitsProcessor] = []
  /// What shapes the distribution of what the constraint allows, in this order.
  package var sampling: [any LogitsProcessor] = []
  /// The prefix of a partner, a sequence that takes the same tokens behind it; its logits are in
  /// ``DecodingContext/partner``.
  package var partner: [Int32]?
  /// Tokens behind the prefix from which on none is drawn; the context's length is always a limit.
  package var limit = Int.max
  /// Asked after each drawn token, with those that follow it without a choice, whether that was the last;
  /// the end token is one anyway.
  package var stop: StopRule?

  /// A request without processors, partner or stop rule.
  package init(
    _ beginning: TokenSequence, _ constraint: Constraint, at address: DrawAddress
  ) {
    precondition(!beginning.isEnded, "a sequence that has ended")
    self.beginning = beginning
    self.constraint = constraint
    self.address = address
  }

  /// Slots of an engine that it takes.
  package var slots: Int { partner == nil ? 1 : 2 }
}
