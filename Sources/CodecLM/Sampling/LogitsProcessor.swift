/// Changes the logits of the next token before it is drawn.
public protocol LogitsProcessor: Sendable {
  /// Changes logits in place; −∞ excludes a token.
  func process(_ logits: inout MutableSpan<Float>)
}

/// Divides logits by a temperature: below 1 the likely becomes likelier, above 1 less so.
public struct Temperature: LogitsProcessor {
  /// Greater than 0, finite.
  public let value: Float

  /// A temperature.
  public init(_ value: Float) {
    precondition(value > 0 && value.isFinite, "temperature \(value)")
    self.value = value
  }

  /// Divides each logit; where that is too much for the largest, each logit's distance from it, which
  /// makes no difference to what is drawn.
  public func process(_ logits: inout MutableSpan<Float>) {
    var largest = -Float.infinity
    for index in logits.indices { largest = max(largest, logits[index]) }
    let start = (largest / value).isFinite ? 0 : largest
    for index in logits.indices { logits[index] = (logits[index] - start) / value }
  }
}

/// Excludes some tokens for good.
public struct ExcludedTokens: LogitsProcessor {
  /// Ids to exclude.
  public let tokens: [Int32]

  /// An exclusion.
  public init(_ tokens: [Int32]) { self.tokens = tokens }

  /// Sets their logits to −∞.
  public func process(_ logits: inout MutableSpan<Float>) {
    for token in tokens { logits[Int(token)] = -.infinity }
  }
}
