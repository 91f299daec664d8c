/// The name of a sequence in its engine.
package struct SequenceID: Sendable, Hashable {
  /// How many were submitted before it.
  package let number: Int
}

/// What a `DecodingEngine` tells.
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
