import Foundation
import Synchronization

/// What it costs to hold streams to the grammar: the same tokens decoded and drawn with and without.
package struct ConstraintBenchmark: Sendable {
  /// What was measured, in tokens a second of all streams.
  package struct Result: Sendable {
    /// Tokens are drawn from those that the grammar allows.
    package let constrained: Double
    /// Tokens are drawn from all, and then replaced by those of the constrained streams, so that both
    /// decode the same.
    package let free: Double

    /// The constraint's share of the time.
    package var share: Double { 1 - constrained / free }
  }

  /// Streams decoded at once, at most `LlamaDecoder/defaultRows`.
  package var streams = 16
  /// Draws of each stream in one round.
  package var draws = 200
  /// Rounds, each with other draws; the one of the median share counts.
  ///
  /// The first meets every place of the format anew, the later ones fewer and fewer, as a run does.
  package var rounds = 9

  fileprivate let checkpoint: Checkpoint
  fileprivate let weights: DecoderWeights
  fileprivate let pool: WorkerPool

  /// A benchmark of a checkpoint's model, which may be untrained.
  package init(_ checkpoint: Checkpoint, _ weights: DecoderWeights, pool: WorkerPool = .shared) {
    self.checkpoint = checkpoint
    self.weights = weights
    self.pool = pool
  }

  /// Measures; `nil` if what all streams begin with leaves no room for a draw in the model's context, or the
  /// model has fewer tokens than its tokenizer.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``, ``NumericsError/outOfMemory(bytes:)``, ``LlamaError``.
  package func run() throws -> Result? {
    let beginning = try GenerationRequests.Beginning(
      .empty, checkpoint.codec.makeCodec().makeGrammar(), TokenTrie(checkpoint.tokenizer))
    guard checkpoint.tokenizer.isLossless,
      checkpoint.tokenizer.count <= checkpoint.configuration.vocabulary,
      beginning.sequence.tokens.count <= checkpoint.configuration.contextLength
    else { return nil }
    var constrained = try DecodingEngine<StreamConstraint>(weights, slots: streams, pool: pool)
    var free = try DecodingEngine<Replay>(weights, slots: streams, pool: pool)
    var results: [Result] = []
    for round in 0..<rounds {
      let result = try self.round(seed: UInt64(round), beginning, &constrained, &free)
      if let result { results.append(result) }
    }
    results.sort { $0.share < $1.share }
    return results.isEmpty ? nil : results[results.count / 2]
  }

  /// Decodes until the first stream has ended or was drawn from often enough, a step with and one
  /// without the constraint in turn, so that both meet the machine in the same minute.
  ///
  /// Steps that draw for some of the streams only, as while their beginning enters, are not counted.
  private func round(
    seed: UInt64, _ beginning: GenerationRequests.Beginning,
    _ constrained: inout DecodingEngine<StreamConstraint>, _ free: inout DecodingEngine<Replay>
  ) throws -> Result? {
    var scripts: [SequenceID: Script] = [:]
    var running: [(constrained: SequenceID, free: SequenceID)] = []
    for stream in 0..<streams {
      let script = Script()
      let address = DrawAddress(seed: seed, stream: UInt64(stream))
      let ids = (
        constrained.submit(request(beginning.sequence, beginning.constraint, address)),
        free.submit(request(beginning.sequence, Replay(script: script), address))
      )
      scripts[ids.0] = script
      running.append(ids)
    }
    var (draws, tokens, seconds) = (0, 0, (constrained: 0.0, free: 0.0))
    var isOver = false
    while draws < self.draws, !isOver {
      var start = ContinuousClock.now
      let events = try constrained.step()
      let taken = (ContinuousClock.now - start) / .seconds(1)
      var drawn: [Int] = []
      for event in events {
        switch event {
        case .tokens(let new, .some, let id):
          drawn.append(new.count)
          scripts[id]?.append(new)
        case .tokens: break
        case .finished: isOver = true
        }
      }
      start = ContinuousClock.now
      _ = try free.step()
      guard drawn.count == streams else { continue }
      seconds.free += (ContinuousClock.now - start) / .seconds(1)
      seconds.constrained += taken
      tokens += drawn.reduce(0, +)
      draws += 1
    }
    for ids in running {
      constrained.cancel(ids.constrained)
      free.cancel(ids.free)
    }
    if draws == 0 { return nil }
    return Result(
      constrained: Double(tokens) / seconds.constrained, free: Double(tokens) / seconds.free)
  }

  private func request<Constraint: TokenConstraint>(
    _ beginning: TokenSequence, _ constraint: Constraint, _ address: DrawAddress
  ) -> SequenceRequest<Constraint> {
    var request = SequenceRequest(beginning, constraint, at: address)
    request.sampling = SamplingParameters().processors(for: checkpoint.tokenizer)
    return request
  }
}

/// What was drawn of a constrained stream and is to be taken by a free one.
private final class Script: Sendable {
  private let steps = Mutex<[[Int32]]>([])

  func append(_ tokens: [Int32]) { steps.withLock { $0.append(tokens) } }

  func next() -> [Int32] { steps.withLock { $0.removeFirst() } }
}

/// Allows every token, and then takes those of a script.
private struct Replay: TokenConstraint {
  let script: Script

  func process(_ logits: inout MutableSpan<Float>) {}
  func accept(_ drawn: Int32) -> [Int32] { script.next() }
  func isEnd(_ token: Int32) -> Bool { false }
}
