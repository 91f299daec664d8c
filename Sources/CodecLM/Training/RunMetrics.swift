public import Foundation

/// What a training run's `metrics.jsonl` says.
public struct RunMetrics: Sendable, Equatable {
  /// Means over a few steps.
  public struct Steps: Sendable, Equatable {
    /// The last of them.
    public let step: Int
    /// Seconds of the run up to it.
    public let seconds: Double
    /// Mean negative log likelihood of a token, in nats.
    public let loss: Double
    /// Learning rate of the last step.
    public let learningRate: Float
    /// Norm of the gradient before clipping.
    public let gradientNorm: Double
    /// Tokens learnt from in a second.
    public let tokensPerSecond: Double
  }

  /// How likely the held-out images were at a moment of the run.
  public struct Validation: Sendable, Equatable {
    /// Steps made before it.
    public let step: Int
    /// Seconds of the run up to it.
    public let seconds: Double
    /// Mean negative log likelihood of a token, in nats.
    public let loss: Double
    /// Bits for each byte of the canonical streams.
    public let bitsPerByte: Double
    /// Bits for each image, its end token included.
    public let bitsPerImage: Double
    /// The same as a share of what the format's plainest coding spends; see
    /// ``Codec/baselineBits(of:)``.
    public let baselineShare: Double?
  }

  /// In the order they were made.
  public let steps: [Steps]
  /// In the order they were made.
  public let validations: [Validation]

  /// Lines that cannot be read, which are left out.
  public let unreadableLines: Int

  /// Reads a run's metrics; a last line that is not whole is left out.
  ///
  /// - Throws: ``FileError`` when the folder has no metrics.
  public init(of run: URL) throws {
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
