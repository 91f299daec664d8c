/// Keeps the k likeliest tokens; of equal ones, those of lower id.
public struct TopK: LogitsProcessor {
  /// How many to keep, at least 1.
  public let count: Int

  /// A limit.
  public init(_ count: Int) {
    precondition(count >= 1, "top-k \(count)")
    self.count = count
  }

  /// Sets the others to −∞.
  ///
  /// - Complexity: O(V log V).
  public func process(_ logits: inout MutableSpan<Float>) {
    guard count < logits.count else { return }
    for index in logits.ranking.dropFirst(count) { logits[index] = -.infinity }
  }
}

extension MutableSpan<Float> {
  /// Indices by falling value; of equal ones the lower first.
  var ranking: [Int] {
    let values = indices.map { self[$0] }
    return values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
  }
}
