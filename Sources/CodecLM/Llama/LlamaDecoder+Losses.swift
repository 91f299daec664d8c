import Foundation

extension LlamaDecoder {
  /// The negative log likelihood of each token but the first, given those before it, in nats.
  ///
  /// Slot 0 is taken for it; a sequence that is too long for it is taken in windows, as in training. The training path's
  /// `LlamaGraph/losses(of:)` is faster; this one says what the decoder's
  /// weights, which may be of another format, cost.
  ///
  /// - Throws: ``LlamaError/notFinite(weights:cache:)``.
  package mutating func losses(of tokens: [Int32]) throws(LlamaError) -> [Float] {
    var losses: [Float] = []
    losses.reserveCapacity(tokens.count)
    for window in windows(of: tokens.count - 1, capacity) {
      reset(slot: 0)
      for start in stride(from: window.lowerBound, to: window.upperBound, by: rowsPerPass) {
        let inputs = start..<min(start + rowsPerPass, window.upperBound)
        let logits = try advance(inputs.map { Input(slot: 0, token: tokens[$0]) })
        for (row, position) in inputs.enumerated() {
          losses.append(
            logits.withRow(row) { Self.loss(logits: $0, target: Int(tokens[position + 1])) })
        }
      }
    }
    guard losses.allSatisfy(\.isFinite) else { throw notFinite }
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

/// The parts of `count` positions that a context of `length` sees at once.
private func windows(of count: Int, _ length: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
}
