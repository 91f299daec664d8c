extension DecodingEngine {
  /// A row of logits from which a token is drawn, and the partner's row.
  struct Draw: Sendable {
    let slot: Int
    let row: Int
    var partnerRow: Int?
  }

  /// The tokens that enter the model together, and where tokens are drawn behind them.
  struct Pass {
    var inputs: [LlamaDecoder.Input] = []
    var draws: [Draw] = []

    /// Adds the first `count` of a slot's tokens that have not entered.
    mutating func enter(_ slot: Int, _ waiting: ArraySlice<Int32>, atMost count: Int) {
      for token in waiting.prefix(count) { inputs.append(.init(slot: slot, token: token)) }
    }
  }

  /// The next pass: tokens that were decided and have not entered the model; a token is drawn for each
  /// sequence all of whose tokens have then.
  mutating func nextPass() -> Pass {
    var pass = Pass()
    var active: [Int] = []
    for slot in slots.indices where !slots[slot].isFree && hasBeginning(slot) {
      active.append(slot)
    }
    // A row is left for each of those behind.
    var behind = active.count
    for slot in active {
      switch slots[slot].use {
      case .partner(let leader) where active.contains(leader): continue
      case .sequence(let partner?) where active.contains(partner):
        behind -= 2
        enter(slot, with: partner, leaving: behind, &pass)
      case .sequence(nil):
        behind -= 1
        let (waiting, room) = (waiting(slot), room(in: pass, leaving: behind))
        pass.enter(slot, waiting, atMost: room)
        if waiting.count <= room { pass.draws.append(Draw(slot: slot, row: pass.inputs.count - 1)) }
      case .sequence, .partner, .none:
        // One of a pair, the other of which has to wait.
        behind -= 1
        let (waiting, room) = (waiting(slot), room(in: pass, leaving: behind))
        pass.enter(slot, waiting, atMost: min(room, waiting.count - 1))
      }
    }
    return pass
  }

  /// Enters a sequence and its partner, whose last tokens are in one pass.
  private func enter(_ slot: Int, with partner: Int, leaving behind: Int, _ pass: inout Pass) {
    let (own, other) = (waiting(slot), waiting(partner))
    if own.count + other.count <= room(in: pass, leaving: behind) {
      pass.enter(slot, own, atMost: own.count)
      let row = pass.inputs.count - 1
      pass.enter(partner, other, atMost: other.count)
      pass.draws.append(Draw(slot: slot, row: row, partnerRow: pass.inputs.count - 1))
    } else {
      for (slot, waiting) in [(slot, own), (partner, other)] {
        let room = room(in: pass, leaving: behind)
        pass.enter(slot, waiting, atMost: min(room, waiting.count - 1))
      }
    }
  }

  /// The tokens of a slot that have not entered the model, at least one.
  private func waiting(_ slot: Int) -> ArraySlice<Int32> {
    slots[slot].tokens[decoder.count(slot: slot)...]
  }

  private func room(in pass: Pass, leaving behind: Int) -> Int {
    decoder.rowsPerPass - pass.inputs.count - behind
  }

  /// Whether a sequence's beginning is in the decoder, or this slot is to bring it there.
  ///
  /// Of the sequences that begin alike, the one furthest on enters it, and the others copy it.
  private mutating func hasBeginning(_ slot: Int) -> Bool {
    let needed = slots[slot].beginning.count - 1
    if entered(slot) == needed { return true }
    let others = slots.indices.filter { slots[$0].group == slots[slot].group && $0 != slot }
    if let source = others.first(where: { entered($0) == needed }) {
      decoder.copy(slot: source, to: slot, count: needed)
      return true
    }
    return !others.contains {
      !slots[$0].isFree && (entered($0), -$0) > (entered(slot), -slot)
    }
  }

  /// Positions of a slot's beginning that are in the decoder; the last token is each sequence's own, for its
  /// logits.
  private func entered(_ slot: Int) -> Int {
    min(decoder.count(slot: slot), slots[slot].beginning.count - 1)
  }
}
