import Foundation

/// What it costs to hold streams to the grammar: the same tokens decoded and drawn with and without.
public struct ConstraintBenchmark: Sendable {
  /// What was measured, in tokens a second of all streams.
  public struct Result: Sendable {
    /// Tokens are drawn from those that the grammar allows.
    public let constrained: Double
    /// Tokens are drawn from all, and then replaced by those of the constrained streams, so that both
    /// decode the same.
    public let free: Double

    /// The constraint's share of the time.
    public var share: Double { 1 - constrained / free }
  }

  /// Streams decoded at once, at most ``LlamaDecoder/rowsPerPass``.
  public var streams = 16
  /// Draws of each stream in one round.
  public var draws = 200
  /// Rounds, each with other draws; the one of the median share counts.
  ///
  /// The first meets every place of the format anew, the later ones fewer and fewer, as a run does.
  public var rounds = 9

  fileprivate let checkpoint: Checkpoint
  fileprivate let weights: DecoderWeights
  fileprivate let pool: WorkerPool

  /// A benchmark of a checkpoint's model, which may be untrained.
  public init(_ checkpoint: Checkpoint, _ weights: DecoderWeights, pool: WorkerPool = .shared) {
    self.checkpoint = checkpoint
    self.weights = weights
    self.pool = pool
  }

  /// Measures; `nil` if what all streams begin with leaves no room for a draw in the model's context, or the
  /// model has fewer tokens than its tokenizer.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``, ``NumericsError/outOfMemory(bytes:)``, ``LlamaError``.
  public func run() throws -> Result? {
    let trie = TokenTrie(checkpoint.tokenizer)
    let constraint = try StreamConstraint(checkpoint.codec.makeCodec().makeGrammar(), trie)
    let beginning = Generation.Beginning(
      constraint, opening: [checkpoint.tokenizer.beginToken] + trie.opening)
    guard checkpoint.tokenizer.isLossless,
      checkpoint.tokenizer.count <= checkpoint.configuration.vocabulary,
      beginning.tokens.count <= checkpoint.configuration.contextLength
    else { return nil }
    var constrained = try Lane(self, beginning, isConstrained: true)
    var free = try Lane(self, beginning, isConstrained: false)
    var results = try (0..<rounds).map {
      try round(seed: UInt64($0), beginning, &constrained, &free)
    }
    results.sort { $0.share < $1.share }
    return results[rounds / 2]
  }

  /// Decodes until the first stream has ended or was drawn from often enough, a pass with and one
  /// without the constraint in turn, so that both meet the machine in the same minute.
  private func round(
    seed: UInt64, _ beginning: Generation.Beginning, _ constrained: inout Lane, _ free: inout Lane
  ) throws -> Result {
    try constrained.begin(beginning)
    try free.begin(beginning)
    var next = [[Int32]](repeating: beginning.tokens.suffix(1), count: streams)
    var tokens = 0
    var seconds = (constrained: 0.0, free: 0.0)
    for draw in 0..<draws {
      let isOver = next.contains { $0.last == checkpoint.tokenizer.endToken }
      if isOver || !constrained.hasRoom(for: next) { break }
      let old = next
      tokens += old.joined().count
      let address = (seed, UInt32(draw))
      func passFree() throws { seconds.free += try free.pass(old, at: address).seconds }
      if draw.isMultiple(of: 2) { try passFree() }
      let pass = try constrained.pass(old, at: address)
      seconds.constrained += pass.seconds
      next = pass.tokens
      if !draw.isMultiple(of: 2) { try passFree() }
    }
    return Result(
      constrained: Double(tokens) / seconds.constrained, free: Double(tokens) / seconds.free)
  }
}

/// A decoder and the constraints of its streams, which go on alike in both lanes of a benchmark.
private struct Lane: ~Copyable {
  private let isConstrained: Bool
  private let pool: WorkerPool
  private let processors: [any LogitsProcessor]
  private var decoder: LlamaDecoder
  private var constraints: [StreamConstraint]

  init(
    _ benchmark: ConstraintBenchmark, _ beginning: Generation.Beginning, isConstrained: Bool
  ) throws {
    self.isConstrained = isConstrained
    pool = benchmark.pool
    processors = SamplingParameters().processors(for: benchmark.checkpoint.tokenizer)
    constraints = Array(repeating: beginning.constraint, count: benchmark.streams)
    decoder = try LlamaDecoder(
      benchmark.weights, slots: benchmark.streams, pool: benchmark.pool)
  }

  /// Enters all tokens that the streams begin with, but for the last.
  mutating func begin(_ beginning: Generation.Beginning) throws(LlamaError) {
    let tokens = Array(beginning.tokens.dropLast())
    for slot in constraints.indices {
      decoder.reset(slot: slot)
      constraints[slot] = beginning.constraint
      for start in stride(from: 0, to: tokens.count, by: LlamaDecoder.rowsPerPass) {
        let part = tokens[start..<min(start + LlamaDecoder.rowsPerPass, tokens.count)]
        _ = try decoder.advance(part.map { .init(slot: slot, token: $0) })
      }
    }
  }

  func hasRoom(for tokens: [[Int32]]) -> Bool {
    tokens.joined().count <= LlamaDecoder.rowsPerPass
      && tokens.indices.allSatisfy {
        decoder.count(slot: $0) + tokens[$0].count <= decoder.capacity
      }
  }

  /// Decodes the streams' tokens and draws what comes behind, with what is forced then.
  mutating func pass(
    _ tokens: [[Int32]], at address: (seed: UInt64, step: UInt32)
  ) throws(LlamaError) -> (tokens: [[Int32]], seconds: Double) {
    let start = ContinuousClock.now
    var rows: [Int] = []
    var inputs: [LlamaDecoder.Input] = []
    for (slot, tokens) in tokens.enumerated() {
      inputs += tokens.map { .init(slot: slot, token: $0) }
      rows.append(inputs.count - 1)
    }
    let logits = try decoder.advance(inputs)
    let (old, processors, isConstrained) = (constraints, processors, isConstrained)
    let drawn = pool.map(tokens.count) { [rows] slot in
      var constraint = old[slot]
      if isConstrained { logits.withMutableRow(rows[slot]) { constraint.process(&$0) } }
      var random = RandomStream(seed: address.seed, stream: UInt64(slot), step: address.step)
      let token = SamplingParameters.draw(logits, row: rows[slot], processors, at: random.uniform())
      return (
        tokens: [token] + (isConstrained ? constraint.take(token) : []), constraint: constraint
      )
    }
    constraints = drawn.map(\.constraint)
    return (drawn.map(\.tokens), (ContinuousClock.now - start) / .seconds(1))
  }
}
