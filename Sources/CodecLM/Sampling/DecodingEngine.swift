/// Decodes sequences of tokens in a batch: each step is one pass of the model over all that are running.
///
/// When a sequence ends, the next one that was submitted takes its place. Draws are addressed, and logits do
/// not depend on a sequence's company, so that its tokens are the same whatever else runs, when it was
/// submitted and what was cancelled.
///
/// Sequences with equal beginnings enter the model once and copy its keys and values.
package struct DecodingEngine<Constraint: TokenConstraint>: ~Copyable {
  /// A place in the decoder; its positions stay when its sequence has ended.
  struct Slot {
    /// The tokens of the sequence in it, prefix included.
    var tokens: [Int32] = []
    /// What those tokens began with when the slot was taken.
    var beginning: [Int32] = []
    /// Equal for slots with equal beginnings.
    var group = -1
    var use = Use.none

    var isFree: Bool { use == .none }
  }

  /// What a slot is for.
  enum Use: Equatable {
    case none
    /// A sequence, whose partner may have a slot of its own.
    case sequence(partner: Int?)
    /// The partner of the sequence in another slot.
    case partner(of: Int)
  }

  /// What was submitted; a reference, as it is looked at often and never changed.
  final class Submission: Sendable {
    let id: SequenceID
    let request: SequenceRequest<Constraint>

    init(id: SequenceID, _ request: SequenceRequest<Constraint>) {
      self.id = id
      self.request = request
    }
  }

  /// A sequence that is running.
  struct Running: Sendable {
    let submission: Submission
    /// What may come next.
    var constraint: Constraint
  }

  var decoder: LlamaDecoder
  let pool: WorkerPool
  var slots: [Slot]
  /// What runs in each slot.
  var running: [Running?]
  private var queue: [Submission] = []
  private var submitted = 0
  private var groups = 0
  private var failure: LlamaError?

  /// An engine that decodes with weights.
  ///
  /// - Parameters:
  ///   - weights: the model, as it is decoded.
  ///   - slots: sequences at a time, partners included, at most `rows`.
  ///   - rows: most tokens of one pass.
  ///   - cache: how keys and values are stored.
  ///   - pool: threads to work with.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ weights: DecoderWeights, slots: Int, rows: Int = LlamaDecoder.defaultRows,
    cache: CacheFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    precondition(slots >= 1 && slots <= rows, "\(slots) slots for \(rows) rows")
    decoder = try LlamaDecoder(weights, slots: slots, rows: rows, cache: cache, pool: pool)
    self.pool = pool
    self.slots = Array(repeating: Slot(), count: slots)
    running = Array(repeating: nil, count: slots)
  }

  /// Places that neither a running nor a waiting sequence will take.
  package var freeSlots: Int {
    slots.count { $0.isFree } - queue.reduce(0) { $0 + $1.request.slots }
  }

  /// Whether a sequence is running or waiting.
  package var isBusy: Bool { !queue.isEmpty || slots.contains { !$0.isFree } }

  /// Queues a sequence, which begins as soon as there is a place.
  ///
  /// - Precondition: with a partner, the engine has two slots at least.
  package mutating func submit(_ request: SequenceRequest<Constraint>) -> SequenceID {
    precondition(request.slots <= slots.count, "no slot for a partner")
    defer { submitted += 1 }
    let id = SequenceID(number: submitted)
    queue.append(Submission(id: id, request))
    return id
  }

  /// Ends a sequence without an event; nothing happens if it has ended.
  package mutating func cancel(_ id: SequenceID) {
    queue.removeAll { $0.id == id }
    if let slot = running.firstIndex(where: { $0?.submission.id == id }) { vacate(slot) }
  }

  /// Begins what waits if there is a place, and makes one pass of the model: a token is drawn for each
  /// sequence all of whose tokens have entered it.
  ///
  /// - Returns: what happened; nothing where beginnings are longer than a pass.
  /// - Throws: ``LlamaError`` where the model's numbers are not finite, then and ever after.
  package mutating func step() throws(LlamaError) -> [DecodingEvent<Constraint>] {
    if let failure { throw failure }
    var events: [DecodingEvent<Constraint>] = []
    begin(&events)
    let pass = nextPass()
    if !pass.inputs.isEmpty {
      do throws(LlamaError) {
        draw(try decoder.advance(pass.inputs), pass.draws, &events)
      } catch {
        failure = error
        throw error
      }
    }
    return events
  }

  /// Gives free slots to waiting sequences, in their order.
  private mutating func begin(_ events: inout [DecodingEvent<Constraint>]) {
    var free = slots.indices.filter { slots[$0].isFree }[...]
    while let next = queue.first {
      guard next.request.slots <= free.count, let slot = free.popFirst() else { return }
      queue.removeFirst()
      let beginning = next.request.beginning
      occupy(slot, with: beginning.tokens)
      slots[slot].use = .sequence(partner: nil)
      running[slot] = Running(submission: next, constraint: next.request.constraint)
      if let prefix = next.request.partner, let partner = free.popFirst() {
        occupy(partner, with: prefix + beginning.body)
        slots[partner].use = .partner(of: slot)
        slots[slot].use = .sequence(partner: partner)
      }
      let body = Array(beginning.body)
      if !body.isEmpty { events.append(.tokens(body, nil, of: next.id)) }
      finishIfDone(slot, last: body.last, wasDrawn: false, &events)
      if slots[slot].isFree { free = slots.indices.filter { slots[$0].isFree }[...] }
    }
  }

  /// Puts tokens into a slot, and keeps what the decoder has of them if the sequence before began alike.
  private mutating func occupy(_ slot: Int, with tokens: [Int32]) {
    let alike = slots[slot].beginning == tokens
    let kept = alike ? min(decoder.count(slot: slot), tokens.count - 1) : 0
    decoder.copy(slot: slot, to: slot, count: kept)
    if !alike {
      if let other = slots.first(where: { $0.beginning == tokens }) {
        (slots[slot].beginning, slots[slot].group) = (other.beginning, other.group)
      } else {
        (slots[slot].beginning, slots[slot].group) = (tokens, groups)
        groups += 1
      }
    }
    slots[slot].tokens = tokens
  }

  /// Ends a sequence if nothing may be added to it.
  ///
  /// - Parameters:
  ///   - last: its last token, if it has any behind the prefix.
  ///   - wasDrawn: whether a token was just drawn, behind which it may stop.
  mutating func finishIfDone(
    _ slot: Int, last: Int32?, wasDrawn: Bool, _ events: inout [DecodingEvent<Constraint>]
  ) {
    guard let sequence = running[slot] else { return }
    let (count, request) = (slots[slot].tokens.count, sequence.submission.request)
    let longest = max(count, partner(of: slot).map { slots[$0].tokens.count } ?? 0)
    if let last, sequence.constraint.isEnd(last) {
      finish(slot, .end, &events)
    } else if longest > decoder.capacity {
      finish(slot, .full, &events)
    } else if wasDrawn, request.stop?(context(of: sequence.submission, in: slot)) == true {
      finish(slot, .stopped, &events)
    } else if count - request.beginning.prefixCount >= request.limit {
      finish(slot, .limit, &events)
    }
  }

  mutating func finish(
    _ slot: Int, _ reason: FinishedSequence<Constraint>.Reason,
    _ events: inout [DecodingEvent<Constraint>]
  ) {
    guard let sequence = running[slot] else { return }
    let prefixCount = sequence.submission.request.beginning.prefixCount
    events.append(
      .finished(
        FinishedSequence(
          id: sequence.submission.id, body: Array(slots[slot].tokens.dropFirst(prefixCount)),
          constraint: sequence.constraint, reason: reason)))
    vacate(slot)
  }

  private mutating func vacate(_ slot: Int) {
    if let partner = partner(of: slot) { slots[partner].use = .none }
    slots[slot].use = .none
    running[slot] = nil
  }

  /// The slot of the partner of the sequence in a slot.
  func partner(of slot: Int) -> Int? {
    if case .sequence(let partner) = slots[slot].use { partner } else { nil }
  }

  /// Where the sequence in a slot stands.
  func context(
    of submission: Submission, in slot: Int, partner: [Float]? = nil
  ) -> DecodingContext {
    DecodingContext(
      tokens: slots[slot].tokens, prefixCount: submission.request.beginning.prefixCount,
      address: submission.request.address, partner: partner)
  }
}
