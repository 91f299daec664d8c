extension TrainingPlan {
  /// What is decided, and what happens.
  public enum Event: Sendable {
    /// Images are being brought into canonical form.
    case reading(FileProgress)
    /// Tokens are about to be learnt from so many images.
    case learningTokens(images: Int)
    /// What was learnt.
    case tokens(Tokenizer)
    /// Images are becoming tokens.
    case tokenizing(FileProgress)
    /// The images as tokens, with what was skipped.
    case data(TokenStore)
    /// Why figures of held-out images may be too good.
    case doubt(Doubt)
    /// Images are longer than a row.
    case cut(Cut)
    /// What happens in the run.
    case run(TrainingRun.Event)
  }

  /// Why figures of held-out images may be too good.
  public enum Doubt: Sendable, Equatable {
    /// The model to go on from does not say which pictures it learnt.
    case unknownSplit
    /// The model to go on from was kept from none, or not from all, of these.
    case otherSplit
    /// So few are held out, with the share of the model to go on from, that figures are rough.
    case few
  }

  /// Images that are longer than a row: what is behind its end is learnt without what is before it.
  public struct Cut: Sendable, Equatable {
    /// How many they are.
    package let images: Int
    /// Of how many.
    package let total: Int
    /// Positions of a row.
    package let row: Int
    /// Positions that the longest takes.
    package let longest: Int
    /// Positions of a row that would suit the images.
    package let suggested: Int
    /// The model's context, up to which a row may be longer.
    package let modelContext: Int
  }
}

/// Why a plan cannot be carried out.
public enum TrainingPlanError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The tokenizer has no token for some byte.
  case lossyTokenizer
  /// The configuration is for a vocabulary of another size than the tokenizer's.
  case vocabulary(model: Int, tokenizer: Int)
  /// A row is longer than the model's context.
  case contextTooLong(row: Int, model: Int)

  /// One line with the numbers.
  public var description: String {
    switch self {
    case .lossyTokenizer: "the tokenizer has no token for some byte; choose another"
    case .vocabulary(let model, let tokenizer):
      "the model is for \(model) tokens, the tokenizer has \(tokenizer)"
    case .contextTooLong(let row, let model):
      "a row of \(row) positions is longer than the model's context of \(model)"
    }
  }
}
