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
  /// Draws of each stream in one measurement.
  public var draws = 200
  /// Measurements of both kinds, each with other draws; the one of the median share counts.
  ///
  /// The first meets every place of the format anew, the later ones fewer and fewer, as a run does.
  public var rounds = 5

  private let checkpoint: Checkpoint
  private let weights: DecoderWeights
  private let pool: WorkerPool

  /// A benchmark of a checkpoint's model, which may be untrained.
  public init(_ checkpoint: Checkpoint, _ weights: DecoderWeights, pool: WorkerPool = .shared) {
    self.checkpoint = checkpoint
    self.weights = weights
    self.pool = pool
  }

  /// Measures.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``, ``NumericsError/outOfMemory(bytes:)``.
  public func run() throws -> Result {
    let trie = TokenTrie(checkpoint.tokenizer)
    let constraint = try StreamConstraint(checkpoint.codec.makeCodec().makeGrammar(), trie)
    let beginning = Generation.Beginning(
      constraint, opening: [checkpoint.tokenizer.beginToken] + trie.opening)
    var decoder = try LlamaDecoder(weights, slots: streams, pool: pool)
    var results: [Result] = []
    for round in 0..<rounds {
      let (seconds, script) = pass(&decoder, beginning, seed: UInt64(round), script: nil)
      let free = pass(&decoder, beginning, seed: UInt64(round), script: script).seconds
      let tokens = Double(script.joined().joined().count)
      results.append(Result(constrained: tokens / seconds, free: tokens / free))
    }
    return results.sorted { $0.share < $1.share }[rounds / 2]
  }

  /// Decodes until the first stream has ended or was drawn from often enough.
  ///
  /// - Parameter script: what each stream goes on by after each draw; without one, what is drawn under
  ///   the constraint.
  private func pass(
    _ decoder: inout LlamaDecoder, _ beginning: Generation.Beginning, seed: UInt64,
    script: [[[Int32]]]?
  ) -> (seconds: Double, script: [[[Int32]]]) {
    for slot in 0..<streams { decoder.reset(slot: slot) }
    var constraints = [StreamConstraint](repeating: beginning.constraint, count: streams)
    var taken = [[[Int32]]](repeating: [], count: streams)
    let processors = Sampling().processors(for: checkpoint.tokenizer)
    enter(&decoder, [[Int32]](repeating: Array(beginning.tokens.dropLast()), count: streams))
    var next = [[Int32]](repeating: beginning.tokens.suffix(1), count: streams)
    let clock = ContinuousClock()
    let start = clock.now
    for draw in 0..<(script?.first?.count ?? draws) {
      let room = next.indices.allSatisfy {
        decoder.count(slot: $0) + next[$0].count <= decoder.capacity
      }
      let isOver = next.contains { $0.last == checkpoint.tokenizer.endToken }
      if !room || isOver || next.joined().count > LlamaDecoder.rowsPerPass { break }
      var rows: [Int] = []
      var inputs: [LlamaDecoder.Input] = []
      for (slot, tokens) in next.enumerated() {
        inputs += tokens.map { .init(slot: slot, token: $0) }
        rows.append(inputs.count - 1)
      }
      let logits = decoder.advance(inputs)
      let (old, isFree) = (constraints, script != nil)
      let drawn = pool.map(streams) { [rows] slot in
        var constraint = old[slot]
        if !isFree { logits.withMutableRow(rows[slot]) { constraint.process(&$0) } }
        var random = RandomStream(seed: seed, stream: UInt64(slot), step: UInt32(draw))
        let token = Sampling.draw(logits, row: rows[slot], processors, at: random.uniform())
        return (tokens: isFree ? [token] : [token] + constraint.take(token), constraint: constraint)
      }
      for slot in 0..<streams {
        next[slot] = script?[slot][draw] ?? drawn[slot].tokens
        constraints[slot] = drawn[slot].constraint
        taken[slot].append(next[slot])
      }
    }
    return ((clock.now - start) / .seconds(1), taken)
  }

  private func enter(_ decoder: inout LlamaDecoder, _ tokens: [[Int32]]) {
    for (slot, tokens) in tokens.enumerated() {
      for start in stride(from: 0, to: tokens.count, by: LlamaDecoder.rowsPerPass) {
        let part = tokens[start..<min(start + LlamaDecoder.rowsPerPass, tokens.count)]
        _ = decoder.advance(part.map { .init(slot: slot, token: $0) })
      }
    }
  }
}
