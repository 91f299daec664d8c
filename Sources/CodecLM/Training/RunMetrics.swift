package import Foundation

/// What a training run's `metrics.jsonl` says.
package struct RunMetrics: Sendable, Equatable {
  /// Means over a few steps.
  package struct Steps: Sendable, Equatable {
    /// The last of them.
    package let step: Int
    /// Seconds of the run up to it.
    package let seconds: Double
    /// Mean negative log likelihood of a token, in nats.
    package let loss: Double
    /// Learning rate of the last step.
    package let learningRate: Float
    /// Norm of the gradient before clipping.
    package let gradientNorm: Double
    /// Tokens learnt from in a second.
    package let tokensPerSecond: Double
  }

  /// How likely the held-out images were at a moment of the run.
  package struct Validation: Sendable, Equatable {
    /// Steps made before it.
    package let step: Int
    /// Seconds of the run up to it.
    package let seconds: Double
    /// Mean negative log likelihood of a token, in nats.
    package let loss: Double
    /// Bits for each byte of the canonical streams.
    package let bitsPerByte: Double
    /// Bits for each image, its end token included.
    package let bitsPerImage: Double
    /// The same as a share of what the format's plainest coding spends; see
    /// ``Codec/baselineBits(of:)``.
    package let baselineShare: Double?
  }

  /// In the order they were made.
  package let steps: [Steps]
  /// In the order they were made.
  package let validations: [Validation]

  /// Lines that cannot be read, which are left out.
  package let unreadableLines: Int

  /// Reads a run's metrics; a last line that is not whole is left out.
  ///
  /// - Throws: ``FileError`` when the folder has no metrics.
  package init(of run: URL) throws {
    let (lines, unreadable) = try MetricsFile.lines(in: run)
    unreadableLines = unreadable
    steps = lines.compactMap { line in
      guard let loss = line.loss, let rate = line.learning_rate, let norm = line.gradient_norm,
        let speed = line.tokens_per_second
      else { return nil }
      return Steps(
        step: line.step, seconds: line.seconds, loss: loss, learningRate: rate,
        gradientNorm: norm, tokensPerSecond: speed)
    }
    validations = lines.compactMap { line in
      guard let loss = line.validation_loss, let bits = line.validation_bits_per_byte,
        let bitsPerImage = line.validation_bits_per_image
      else { return nil }
      return Validation(
        step: line.step, seconds: line.seconds, loss: loss, bitsPerByte: bits,
        bitsPerImage: bitsPerImage, baselineShare: line.validation_baseline_share)
    }
  }
}
