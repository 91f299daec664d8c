/// What a trainer minimises: the sum of a batch's losses, each with a weight that may depend on all of
/// them.
///
/// A step follows ∂(Σ weightᵢ lossᵢ)/∂parameters, in which the weights are constants, divided by the
/// number of the step's predictions. Maximum likelihood takes the batch's own weights; preferences or
/// rewards are weights that are worked out from the losses, or from those of another model, see
/// `LlamaGraph/losses(of:)`.
public protocol Objective: Sendable {
  /// The weight of each position's loss.
  ///
  /// - Parameters:
  ///   - losses: the negative log likelihood of each of the batch's targets, in nats; 0 where there is
  ///     none.
  ///   - batch: what the losses are of; its segments are the sequences.
  /// - Returns: as many numbers as there are losses.
  func weights(of losses: [Float], in batch: TokenBatch) -> [Float]
}

/// The likelihood of the training data, each position with the weight that the batch gives it.
public struct MaximumLikelihood: Objective {
  /// The objective of a plain language model.
  public init() {}

  /// The batch's weights.
  public func weights(of losses: [Float], in batch: TokenBatch) -> [Float] { batch.weights }
}

extension LlamaInputs {
  /// A batch as a model reads it.
  package init(_ batch: TokenBatch) {
    self.init(
      tokens: batch.tokens, targets: batch.targets, segments: batch.segments,
      positions: batch.positions)
  }
}
