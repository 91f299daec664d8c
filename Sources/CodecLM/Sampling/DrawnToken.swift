import Foundation

/// A token that was drawn, and how likely it was.
package struct DrawnToken: Sendable, Equatable {
  /// The token.
  package let token: Int32
  /// The logarithm of its probability among what it was drawn from, in nats: after processors and
  /// constraint.
  package let logProbability: Double

  /// The token at which the cumulated softmax of `logits` passes `uniform`, a number in [0, 1); `nil` if all
  /// are −∞.
  ///
  /// - Complexity: O(V).
  package init?(_ logits: Span<Float>, at uniform: Double) {
    var top = -Float.infinity
    for index in logits.indices { top = max(top, logits[index]) }
    var (total, cumulated): (Double, [(token: Int, sum: Double)]) = (0, [])
    cumulated.reserveCapacity(logits.count)
    for index in logits.indices where logits[index] > -.infinity {
      total += exp(Double(logits[index] - top))
      cumulated.append((index, total))
    }
    guard let drawn = cumulated.first(where: { $0.sum > uniform * total }) ?? cumulated.last
    else { return nil }
    token = Int32(drawn.token)
    logProbability = Double(logits[drawn.token] - top) - log(total)
  }
}
