/// What happens while files are made.
public enum GenerationEvent: Sendable {
  /// A stream goes on by these bytes; its first are those of its prompt.
  case bytes([UInt8], of: GeneratedFile.ID)
  /// A file is finished.
  case file(GeneratedFile)
}

/// The events of one call of ``Generator/stream(count:continuing:sampling:seed:)``, in the order in
/// which they happen; a single pass.
///
/// It is no `Sequence`, as a model may turn out to be of no use while it writes.
/// The order of different files' events depends on ``Generator/batch``, the files do not.
public final class Generation {
  /// Tokens decided so far, of all streams, forced ones and prompts' included.
  public private(set) var tokens = 0

  /// What all streams with one prompt begin with.
  struct Beginning: Sendable {
    /// BOS and the tokens that come without a choice.
    let tokens: [Int32]
    /// The state behind them.
    let constraint: StreamConstraint

    init(_ constraint: StreamConstraint, opening: [Int32]) {
      var constraint = constraint
      tokens = opening + constraint.takeForced()
      self.constraint = constraint
    }
  }

  private struct Stream {
    let id: GeneratedFile.ID
    /// BOS and what was decided.
    var tokens: [Int32]
    var constraint: StreamConstraint
  }

  /// A place in the decoder; its positions stay when its stream has ended.
  private struct Slot {
    var stream: Stream?
    var prompt: Int?
  }

  private let generator: Generator
  private var decoder: LlamaDecoder
  private let beginnings: [Beginning]
  private let processors: [any LogitsProcessor]
  private let count: Int
  private let seed: UInt64
  private var slots: [Slot]
  private var started = 0
  private var events: [GenerationEvent] = []
  private var failure: LlamaError?

  init(
    _ generator: Generator, _ decoder: consuming LlamaDecoder, _ beginnings: [Beginning],
    count: Int, sampling: SamplingParameters, seed: UInt64
  ) {
    self.generator = generator
    self.beginnings = beginnings
    self.count = count
    self.seed = seed
    processors = sampling.processors(for: generator.checkpoint.tokenizer)
    slots = Array(repeating: Slot(), count: decoder.slots)
    self.decoder = decoder
  }

  /// The next event, or `nil` after the last.
  ///
  /// - Throws: ``LlamaError`` where the model's numbers are none, then and ever after.
  public func next() throws(LlamaError) -> GenerationEvent? {
    if let failure { throw failure }
    if events.isEmpty {
      do throws(LlamaError) {
        repeat {
          start()
          try pass()
        } while events.isEmpty && slots.contains { $0.stream != nil }
      } catch {
        failure = error
        throw error
      }
      events.reverse()
    }
    return events.popLast()
  }

  /// Gives free slots to new streams.
  private func start() {
    for index in slots.indices {
      while slots[index].stream == nil, started < count * beginnings.count {
        let id = GeneratedFile.ID(prompt: started / count, number: started % count)
        let beginning = beginnings[id.prompt]
        started += 1
        let kept = slots[index].prompt == id.prompt ? decoder.count(slot: index) : 0
        decoder.copy(slot: index, to: index, count: Swift.min(kept, beginning.tokens.count - 1))
        slots[index].prompt = id.prompt
        slots[index].stream = Stream(
          id: id, tokens: beginning.tokens, constraint: beginning.constraint)
        report(index, from: 1)
      }
    }
  }

  /// One pass over tokens that were decided and have not entered the model, and a draw for every
  /// stream all of whose tokens have.
  private func pass() throws(LlamaError) {
    let (inputs, ready) = nextInputs()
    guard !inputs.isEmpty else { return }
    let logits = try decoder.advance(inputs)
    let streams = ready.map { slots[$0.slot].stream }
    let (processors, seed) = (processors, seed)
    let decided = generator.pool.map(ready.count) { index in
      streams[index].map {
        Self.decide($0, logits, row: ready[index].row, processors, seed: seed)
      }
    }
    for (place, decided) in zip(ready, decided) {
      guard let decided, let old = slots[place.slot].stream?.tokens.count else { continue }
      slots[place.slot].stream?.tokens += decided.tokens
      slots[place.slot].stream?.constraint = decided.constraint
      report(place.slot, from: old)
    }
  }

  /// The tokens of the next pass, and the rows with the logits that are drawn from.
  private func nextInputs() -> ([LlamaDecoder.Input], [(slot: Int, row: Int)]) {
    var inputs: [LlamaDecoder.Input] = []
    var ready: [(slot: Int, row: Int)] = []
    let active = slots.indices.filter { slots[$0].stream != nil && hasBeginning($0) }
    for (place, slot) in active.enumerated() {
      guard let tokens = slots[slot].stream?.tokens else { continue }
      let entered = decoder.count(slot: slot)
      // A row is left for each of those behind.
      let room = LlamaDecoder.rowsPerPass - inputs.count - (active.count - place - 1)
      let entering = tokens[entered...].prefix(room)
      inputs += entering.map { LlamaDecoder.Input(slot: slot, token: $0) }
      if entered + entering.count == tokens.count { ready.append((slot, inputs.count - 1)) }
    }
    return (inputs, ready)
  }

  /// Whether a stream's beginning is in the decoder, or this slot is to bring it there.
  ///
  /// Of the streams with one prompt, the one furthest on enters it, and the others copy it.
  private func hasBeginning(_ slot: Int) -> Bool {
    guard let prompt = slots[slot].prompt else { return false }
    let needed = beginnings[prompt].tokens.count - 1
    func entered(_ slot: Int) -> Int { Swift.min(decoder.count(slot: slot), needed) }
    if entered(slot) == needed { return true }
    let others = slots.indices.filter { slots[$0].prompt == prompt && $0 != slot }
    if let source = others.first(where: { entered($0) == needed }) {
      decoder.copy(slot: source, to: slot, count: needed)
      return true
    }
    return !others.contains {
      slots[$0].stream != nil && (entered($0), -$0) > (entered(slot), -slot)
    }
  }

  /// Draws a token and takes those it forces.
  private static func decide(
    _ stream: Stream, _ logits: Matrix, row: Int, _ processors: [any LogitsProcessor],
    seed: UInt64
  ) -> (tokens: [Int32], constraint: StreamConstraint) {
    var constraint = stream.constraint
    logits.withMutableRow(row) { constraint.process(&$0) }
    var random = RandomStream(
      seed: seed, stream: stream.id.address, step: UInt32(stream.tokens.count - 1))
    let token = SamplingParameters.draw(logits, row: row, processors, at: random.uniform())
    return ([token] + constraint.take(token), constraint)
  }

  /// Tells what a stream's tokens from `first` on are, and whether they are the last.
  private func report(_ slot: Int, from first: Int) {
    guard let stream = slots[slot].stream else { return }
    let new = stream.tokens[first...]
    tokens += new.count
    let bytes = new.flatMap { generator.checkpoint.tokenizer.bytes(of: $0) }
    if !bytes.isEmpty { events.append(.bytes(bytes, of: stream.id)) }
    let isEnded = new.last.map { stream.constraint.isEnd($0) } ?? false
    guard isEnded || stream.tokens.count > decoder.capacity else { return }
    let file = generator.file(
      stream.id, index: stream.id.prompt * count + stream.id.number,
      Array(stream.tokens.dropFirst()), known: stream.constraint.known, isEnded: isEnded)
    events.append(.file(file))
    slots[slot].stream = nil
  }
}
