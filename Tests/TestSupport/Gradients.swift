package import CodecLM

extension LlamaGraph {
  /// Adds scale × ∂(Σ losses)/∂parameters to `gradients` and returns Σ losses in nats.
  package func accumulateGradients(
    of inputs: LlamaInputs, scale: Float, into gradients: LlamaParameters
  ) -> Double {
    let losses = losses(of: inputs, beforeBackward: true)
    backward(weights: losses.map { _ in scale }, into: gradients)
    return losses.reduce(0) { $0 + Double($1) }
  }
}
