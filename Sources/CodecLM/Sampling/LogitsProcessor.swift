/// Changes the logits of the next token before it is drawn.
///
/// ```swift
/// struct NoZero: LogitsProcessor {
///   func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
///     logits[0] = -.infinity
///   }
/// }
/// generator.processors = [NoZero()]
/// ```
public protocol LogitsProcessor: Sendable {
  /// Changes logits in place; −∞ excludes a token.
  ///
  /// - Parameters:
  ///   - logits: one for each token of the model's vocabulary.
  ///   - context: the tokens before it, and whose they are.
  func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext)
}
