/// A sequence that a ``DecodingEngine`` is asked to go on with.
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

/// Says whether a sequence ends behind its tokens so far.
public typealias StopRule = @Sendable (DecodingContext) -> Bool

/// The name of a sequence in its engine.
package struct SequenceID: Sendable, Hashable {
  /// How many were submitted before it.
  package let number: Int
}

/// What a ``DecodingEngine`` tells.
package enum DecodingEvent<Constraint: TokenConstraint>: Sendable {
  /// A sequence goes on by tokens behind its prefix: those that its request gave, then each time one
  /// that was drawn, first, with those that follow it without a choice.
  case tokens([Int32], DrawnToken?, of: SequenceID)
  /// A sequence has ended.
  case finished(FinishedSequence<Constraint>)
}

/// A sequence to which no token will be added.
package struct FinishedSequence<Constraint: TokenConstraint>: Sendable {
  /// Why no token is added.
  package enum Reason: Sendable, Equatable {
    /// Its last token is the end.
    case end
    /// The context is full.
    case full
    /// It has as many tokens as its request allows.
    case limit
    /// Its request's stop rule said so.
    case stopped
    /// The constraint and the processors together left no token to draw.
    case noChoice
  }

  /// Which it is.
  package let id: SequenceID
  /// Its tokens behind the prefix, the end included.
  package let body: [Int32]
  /// What might have come next.
  package let constraint: Constraint
  /// Why it ended.
  package let reason: Reason
}
