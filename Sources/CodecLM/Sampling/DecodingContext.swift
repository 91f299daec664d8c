/// Where a sequence stands when a token of it is drawn, or was drawn.
public struct DecodingContext: Sendable {
  /// All tokens so far, the prefix included.
  public let tokens: [Int32]
  /// Number of tokens of the prefix: the begin token and the condition.
  public let prefixCount: Int
  /// The address of the sequence's random numbers.
  public let address: DrawAddress
  /// The logits of the partner, as the model gave them; `nil` where there is none.
  ///
  /// See ``Prompt/partner``.
  public let partner: [Float]?

  /// A context, for instance to test a ``LogitsProcessor`` with.
  package init(
    tokens: [Int32], prefixCount: Int = 1, address: DrawAddress = DrawAddress(seed: 0),
    partner: [Float]? = nil
  ) {
    self.tokens = tokens
    self.prefixCount = prefixCount
    self.address = address
    self.partner = partner
  }

  /// What was given before the stream.
  public var prefix: ArraySlice<Int32> { tokens[..<prefixCount] }

  /// The stream's tokens so far, prompt and forced ones included.
  public var body: ArraySlice<Int32> { tokens[prefixCount...] }

  /// Place of the next token in the sequence; that of the begin token is 0.
  public var position: Int { tokens.count }
}

/// Where a sequence has its random numbers: each draw is addressed by this and its position, so that it does
/// not depend on other sequences.
public struct DrawAddress: Sendable, Hashable {
  /// The seed of all sequences that are made together.
  public let seed: UInt64
  /// Which of them it is.
  public let stream: UInt64

  /// An address.
  package init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// The number in [0, 1) at which the token of a position is drawn.
  func uniform(at position: Int) -> Double {
    var random = RandomStream(seed: seed, stream: stream, step: UInt32(position - 1))
    return random.uniform()
  }
}
