extension LlamaConfiguration {
  /// Tokens to learn from for each parameter, at which a model is about as large as its time allows.
  private static let tokensPerParameter = 10.0

  /// The largest preset up to `small` that gets through enough tokens in a time, else `nano`.
  ///
  /// - Parameters:
  ///   - vocabulary: number of tokens.
  ///   - contextLength: positions.
  ///   - batchTokens: tokens of a step, which share ``Muon``'s work; `nil` without Muon.
  ///   - seconds: the time there is to train.
  ///   - rate: operations a second in training, about 0.7 ×
  ///     `MachineLimits/productRate(side:pool:)`.
  package static func preset(
    vocabulary: Int, contextLength: Int, batchTokens: Int?, seconds: Double, rate: Double
  ) -> LlamaConfiguration {
    let candidates = [Preset.small, .micro, .mini, .tiny, .nano].map {
      preset($0, vocabulary: vocabulary, contextLength: contextLength)
    }
    return candidates.first {
      var operations = $0.trainingOperations(context: min(contextLength, 512))
      if let batchTokens { operations += $0.muonOperations / Double(batchTokens) }
      return seconds * rate / operations >= tokensPerParameter * Double($0.parameterCount)
    } ?? candidates[candidates.count - 1]
  }

  /// Floating-point operations of one of ``Muon``'s steps: five iterations, in each the products of an
  /// m × n matrix (m ≤ n) with its transpose, of the result with itself, and of both with the matrix.
  private var muonOperations: Double {
    let shapes = [
      (queryWidth, hiddenSize, 2), (keyValueWidth, hiddenSize, 2),
      (intermediateSize, hiddenSize, 3),
    ]
    return shapes.reduce(0) { sum, shape in
      let (m, n) = (Double(min(shape.0, shape.1)), Double(max(shape.0, shape.1)))
      return sum + Double(shape.2 * layers) * 5 * (4 * m * m * n + 2 * m * m * m)
    }
  }

  /// A peak learning rate that suits AdamW alone and ``Muon`` at this width: 2e-3 at 192 channels,
  /// falling with the root of the width's growth.
  package var suggestedLearningRate: Float {
    2e-3 * (192 / Float(hiddenSize)).squareRoot()
  }
}
