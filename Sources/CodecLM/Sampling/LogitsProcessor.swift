/// Changes the logits of the next token before it is drawn.
public protocol LogitsProcessor: Sendable {
  /// Changes logits in place; −∞ excludes a token.
  func process(_ logits: inout MutableSpan<Float>)
}

/// Divides logits by a temperature: below 1 the likely becomes likelier, above 1 less so.
public struct Temperature: LogitsProcessor {
  /// Greater than 0.
  public let value: Float

  /// A temperature.
  public init(_ value: Float) {
    precondition(value > 0, "temperature \(value)")
    self.value = value
  }

  /// Divides each logit.
  public func process(_ logits: inout MutableSpan<Float>) {
    for index in logits.indices { logits[index] /= value }
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
