import Foundation

/// How tokens are drawn from logits.
public struct Sampling: Sendable, Codable, Equatable {
  /// Greater than 0; 1 draws from the model's own distribution.
  public var temperature: Float
  /// Only the k likeliest tokens, if given.
  public var topK: Int?
  /// Only the likeliest tokens that make up this probability, if given.
  public var topP: Double?

  /// The model's own distribution, unless stated otherwise.
  public init(temperature: Float = 1, topK: Int? = nil, topP: Double? = nil) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  /// The processors in their order: exclusion of the begin token, temperature, top-k, top-p.
  func processors(for tokenizer: Tokenizer) -> [any LogitsProcessor] {
    var processors: [any LogitsProcessor] = [
      ExcludedTokens([tokenizer.beginToken]), Temperature(temperature),
    ]
    if let topK { processors.append(TopK(topK)) }
    if let topP { processors.append(TopP(topP)) }
    return processors
  }

  /// The token at which the cumulated softmax of `logits` passes `uniform`, a number in [0, 1).
  ///
  /// - Complexity: O(V).
  package static func draw(_ logits: Span<Float>, at uniform: Double) -> Int32 {
    var top = -Float.infinity
    for index in logits.indices { top = max(top, logits[index]) }
    var total = 0.0
    for index in logits.indices { total += exp(Double(logits[index] - top)) }
    var (sum, last) = (0.0, 0)
    for index in logits.indices where logits[index] > -.infinity {
      sum += exp(Double(logits[index] - top))
      last = index
      if sum > uniform * total { break }
    }
    return Int32(last)
  }
}
