extension DecodingEngine {
  /// A token that was drawn, and what it leads to.
  private struct Decision: Sendable {
    let drawn: DrawnToken
    let tokens: [Int32]
    let constraint: Constraint
  }

  /// Draws a token from each of some rows of a pass's logits, and goes on by it and those that follow it.
  mutating func draw(
    _ logits: Matrix, _ draws: [Draw], _ events: inout [DecodingEvent<Constraint>]
  ) {
    for (draw, decision) in zip(draws, decisions(logits, draws)) {
      let slot = draw.slot
      guard let decision, let id = running[slot]?.submission.id else {
        finish(slot, .noChoice, &events)
        continue
      }
      slots[slot].tokens += decision.tokens
      running[slot]?.constraint = decision.constraint
      if let partner = partner(of: slot) { slots[partner].tokens += decision.tokens }
      events.append(.tokens(decision.tokens, decision.drawn, of: id))
      finishIfDone(slot, last: decision.tokens.last, wasDrawn: true, &events)
    }
  }

  /// What comes next in each sequence; `nil` where nothing may.
  private func decisions(_ logits: Matrix, _ draws: [Draw]) -> [Decision?] {
    let work = draws.map { draw in
      running[draw.slot].map { sequence in
        (
          sequence: sequence,
          context: context(
            of: sequence.submission, in: draw.slot,
            partner: draw.partnerRow.map { logits.rows($0..<$0 + 1).elements }),
          row: draw.row
        )
      }
    }
    return pool.map(draws.count) { index in
      work[index].flatMap { Self.decision($0.sequence, $0.context, logits, row: $0.row) }
    }
  }

  /// Changes a row of logits, draws a token and takes those it forces.
  private static func decision(
    _ sequence: Running, _ context: DecodingContext, _ logits: Matrix, row: Int
  ) -> Decision? {
    var constraint = sequence.constraint
    let request = sequence.submission.request
    logits.withMutableRow(row) { logits in
      for processor in request.processors { processor.process(&logits, in: context) }
      constraint.process(&logits)
      for processor in request.sampling { processor.process(&logits, in: context) }
    }
    let uniform = context.address.uniform(at: context.position)
    guard let drawn = logits.withRow(row, { DrawnToken($0, at: uniform) }) else { return nil }
    return Decision(
      drawn: drawn, tokens: constraint.accept(drawn.token), constraint: constraint)
  }
}
