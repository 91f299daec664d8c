/// What a model reads and learns of one image: a prefix that is given, the image's tokens, and an end.
///
/// The prefix is read and not learnt: the begin token, then what the rest is conditioned on, such as a label's
/// tokens. Every token but the last is an input, at the position of which the next one is the target: a
/// sequence of *n* tokens has *n* − 1 positions. Targets inside the prefix have weight 0 and are no
/// predictions.
public struct TokenSequence: Equatable, Sendable {
  /// Prefix, body and end.
  public private(set) var tokens: [Int32]
  /// Number of tokens of the prefix, at least 1.
  public private(set) var prefixCount: Int
  /// Whether the last token is an end.
  public private(set) var isEnded: Bool
  /// The weights of the tokens behind the prefix; empty where all are 1.
  private var learntWeights: [Float] = []
  /// The positions of all tokens; empty where they count from 0.
  private var givenPositions: [Int32] = []

  /// A sequence of tokens.
  ///
  /// - Parameters:
  ///   - prefix: what is read and not learnt, at least one token.
  ///   - body: what is learnt, or was decided so far.
  ///   - end: the token behind the body, if the sequence has ended.
  ///   - weights: how much each token behind the prefix counts, the end included; 1 by default.
  ///   - positions: where each token stands for the rotary embedding; from 0 on by default.
  /// - Precondition: there is a weight for each token behind the prefix, and a position for each token.
  public init(
    prefix: [Int32], body: some Collection<Int32>, end: Int32? = nil, weights: [Float] = [],
    positions: [Int32] = []
  ) {
    precondition(!prefix.isEmpty, "a sequence without a prefix")
    tokens = prefix + body
    prefixCount = prefix.count
    isEnded = end != nil
    if let end { tokens.append(end) }
    let learnt = tokens.count - prefixCount
    precondition(
      weights.isEmpty || weights.count == learnt, "\(weights.count) weights of \(learnt)")
    precondition(
      positions.isEmpty || positions.count == tokens.count,
      "\(positions.count) positions of \(tokens.count) tokens")
    learntWeights = weights
    givenPositions = positions
  }

  /// An image's tokens between a tokenizer's begin and end.
  ///
  /// - Parameters:
  ///   - body: the image's tokens.
  ///   - condition: tokens between the begin token and the image's.
  ///   - tokenizer: whose special tokens they are.
  public init(of body: some Collection<Int32>, condition: [Int32] = [], _ tokenizer: Tokenizer) {
    self.init(
      prefix: tokenizer.prefix(condition), body: body, end: tokenizer.endToken)
  }

  /// What is read and not learnt.
  public var prefix: ArraySlice<Int32> { tokens[..<prefixCount] }

  /// The tokens between prefix and end.
  public var body: ArraySlice<Int32> { tokens[prefixCount..<tokens.count - (isEnded ? 1 : 0)] }

  /// Number of positions, that is of inputs and of targets.
  package var positionCount: Int { tokens.count - 1 }

  /// What the model reads at each position.
  package var inputs: ArraySlice<Int32> { tokens.dropLast() }

  /// What follows each position; −1 where the weight is 0.
  public var targets: [Int32] { (0..<positionCount).map(target) }

  /// How much each position counts; 0 where the prefix goes on.
  public var weights: [Float] { (0..<positionCount).map(weight) }

  /// Where each input stands for the rotary embedding.
  public var positions: [Int32] { (0..<positionCount).map(position) }

  /// The parts of the positions that a context of `length` sees at once.
  package func windows(of length: Int) -> [Range<Int>] {
    stride(from: 0, to: positionCount, by: length).map {
      $0..<min($0 + length, positionCount)
    }
  }

  func target(at position: Int) -> Int32 {
    weight(at: position) == 0 ? -1 : tokens[position + 1]
  }

  func weight(at position: Int) -> Float {
    let learnt = position + 1 - prefixCount
    if learnt < 0 { return 0 }
    return learntWeights.isEmpty ? 1 : learntWeights[learnt]
  }

  func position(at position: Int) -> Int32 {
    givenPositions.isEmpty ? Int32(position) : givenPositions[position]
  }

  /// The least position of a window.
  func firstPosition(in window: Range<Int>) -> Int32 {
    if givenPositions.isEmpty { return Int32(window.lowerBound) }
    return givenPositions[window].min() ?? 0
  }

  /// Becomes a whole sequence of weight 1 in the same memory.
  ///
  /// - Parameter append: appends the body's tokens.
  mutating func replace(
    prefix: [Int32], end: Int32, body append: (_ tokens: inout [Int32]) -> Void
  ) {
    precondition(!prefix.isEmpty, "a sequence without a prefix")
    tokens.removeAll(keepingCapacity: true)
    tokens += prefix
    append(&tokens)
    tokens.append(end)
    prefixCount = prefix.count
    isEnded = true
    learntWeights.removeAll(keepingCapacity: true)
    givenPositions.removeAll(keepingCapacity: true)
  }
}

extension Tokenizer {
  /// What stands before an image's tokens: the begin token, then a condition's tokens.
  public func prefix(_ condition: [Int32] = []) -> [Int32] { [beginToken] + condition }
}
