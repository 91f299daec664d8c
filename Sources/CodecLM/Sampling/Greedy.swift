/// Keeps the likeliest token; of equal ones that of the lowest id.
public struct Greedy: LogitsProcessor {
  /// The only one there is.
  public init() {}

  /// Sets the others to −∞.
  public func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    for index in logits.indices where index != best { logits[index] = -.infinity }
  }
}
