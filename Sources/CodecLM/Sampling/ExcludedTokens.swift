/// Excludes some tokens for good.
public struct ExcludedTokens: LogitsProcessor {
  /// Ids to exclude.
  public let tokens: [Int32]

  /// An exclusion.
  public init(_ tokens: [Int32]) { self.tokens = tokens }

  /// Sets their logits to −∞.
  public func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
    for token in tokens { logits[Int(token)] = -.infinity }
  }
}
