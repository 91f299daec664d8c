import Foundation

/// Keeps the smallest set of likeliest tokens whose probabilities add up to p (nucleus sampling,
/// Holtzman et al 2020).
package struct TopP: LogitsProcessor {
  /// The sum to reach, greater than 0 and at most 1.
  package let probability: Double

  /// A limit.
  package init(_ probability: Double) {
    precondition(probability > 0 && probability <= 1, "top-p \(probability)")
    self.probability = probability
  }

  /// Sets the others to −∞.
  ///
  /// - Complexity: O(V log V).
  package func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    guard probability < 1 else { return }
    let ranking = logits.ranking
    let top = logits[ranking[0]]
    let weights = ranking.map { exp(Double(logits[$0] - top)) }
    let total = weights.reduce(0, +)
    var sum = 0.0
    for (place, index) in ranking.enumerated() {
      if sum >= probability * total { logits[index] = -.infinity }
      sum += weights[place]
    }
  }
}
