import Foundation

extension SamplingParameters {
  /// The processors in their order: exclusion of the begin token, temperature, top-k, top-p.
  func processors(for tokenizer: Tokenizer) -> [any LogitsProcessor] {
    let begin = ExcludedTokens([tokenizer.beginToken])
    if temperature == 0 { return [begin, Greedy()] }
    var processors: [any LogitsProcessor] = [begin, Temperature(temperature)]
    if let topK { processors.append(TopK(topK)) }
    if let topP { processors.append(TopP(topP)) }
    return processors
  }

  /// Draws from a row of logits, which the processors change.
  static func draw(
    _ logits: Matrix, row: Int, _ processors: [any LogitsProcessor], at uniform: Double
  ) -> Int32 {
    logits.withMutableRow(row) { logits in
      for processor in processors { processor.process(&logits) }
    }
    return logits.withRow(row) { draw($0, at: uniform) }
  }

  /// The token at which the cumulated softmax of `logits` passes `uniform`, a number in [0, 1).
  ///
  /// - Complexity: O(V).
  package static func draw(_ logits: Span<Float>, at uniform: Double) -> Int32 {
    var top = -Float.infinity
    for index in logits.indices { top = max(top, logits[index]) }
    var (total, cumulated): (Double, [(token: Int, sum: Double)]) = (0, [])
    cumulated.reserveCapacity(logits.count)
    for index in logits.indices where logits[index] > -.infinity {
      total += exp(Double(logits[index] - top))
      cumulated.append((index, total))
    }
    let drawn = cumulated.first { $0.sum > uniform * total } ?? cumulated.last
    return Int32(drawn?.token ?? 0)
  }
}
