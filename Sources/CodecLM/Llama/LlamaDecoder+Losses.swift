import Foundation

extension LlamaDecoder {
  /// The negative log likelihood of each token but the first, given those before it, in nats.
  ///
  /// Slot 0 is taken for it and holds the sequence afterwards. The training path's
  /// ``LlamaGraph/losses(tokens:targets:segments:)`` is faster; this one says what the decoder's
  /// weights, which may be of another format, cost.
  ///
  /// - Precondition: at most ``capacity`` + 1 tokens.
  public mutating func losses(of tokens: [Int32]) -> [Float] {
    reset(slot: 0)
    var losses: [Float] = []
    losses.reserveCapacity(tokens.count)
    for start in stride(from: 0, to: tokens.count - 1, by: Self.rowsPerPass) {
      let inputs = start..<min(start + Self.rowsPerPass, tokens.count - 1)
      let logits = advance(inputs.map { Input(slot: 0, token: tokens[$0]) })
      for (row, position) in inputs.enumerated() {
        losses.append(
          logits.withRow(row) { Self.loss(logits: $0, target: Int(tokens[position + 1])) })
      }
    }
    return losses
  }

  private static func loss(logits: Span<Float>, target: Int) -> Float {
    var largest = -Float.infinity
    for index in logits.indices { largest = max(largest, logits[index]) }
    var sum: Float = 0
    for index in logits.indices { sum += exp(logits[index] - largest) }
    return log(sum) + largest - logits[target]
  }
}
