/// Keeps the likeliest token; of equal ones that of the lowest id.
package struct Greedy: LogitsProcessor {
  /// The only one there is.
  package init() {}

  /// Sets the others to −∞.
  package func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    for index in logits.indices where index != best { logits[index] = -.infinity }
  }
}
