/// Divides logits by a temperature: below 1 the likely becomes likelier, above 1 less so.
package struct Temperature: LogitsProcessor {
  /// Greater than 0, finite.
  package let value: Float

  /// A temperature.
  package init(_ value: Float) {
    precondition(value > 0 && value.isFinite, "temperature \(value)")
    self.value = value
  }

  /// Divides each logit; where that is too much for the largest, each logit's distance from it, which
  /// makes no difference to what is drawn.
  package func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    var largest = -Float.infinity
    for index in logits.indices { largest = max(largest, logits[index]) }
    let start = (largest / value).isFinite ? 0 : largest
    for index in logits.indices { logits[index] = (logits[index] - start) / value }
  }
}
