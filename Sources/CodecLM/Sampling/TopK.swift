/// Keeps the k likeliest tokens; of equal ones, those of lower id.
package struct TopK: LogitsProcessor {
  /// How many to keep, at least 1.
  package let count: Int

  /// A limit.
  package init(_ count: Int) {
    precondition(count >= 1, "top-k \(count)")
    self.count = count
  }

  /// Sets the others to −∞.
  ///
  /// - Complexity: O(V log V).
  package func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    guard count < logits.count else { return }
    for index in logits.ranking.dropFirst(count) { logits[index] = -.infinity }
  }
}

extension MutableSpan<Float> {
  /// Indices by falling value; of equal ones the lower first.
  var ranking: [Int] {
    // Whole numbers in the order of the values, and the indices below them, sort far faster than pairs.
    let keys = indices.map { index -> UInt64 in
      let bits = (self[index] + 0).bitPattern
      let rising = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
      return UInt64(~rising) << 32 | UInt64(index)
    }
    return keys.sorted().map { Int($0 & 0xFFFF_FFFF) }
  }
}
