package import Foundation

extension TrainingRun {
  /// How far a folder's run has come.
  package struct Summary: Sendable, Encodable {
    /// Optimiser steps.
    package let steps: Int
    /// Seconds that the run has taken.
    package let seconds: Double
    /// Tokens learnt from.
    package let tokens: Int
    /// Images learnt from.
    package let images: Int
    /// Bits for each byte of held-out streams, at the last validation.
    package let validationBitsPerByte: Double?
    /// Bits for each held-out image, at the last validation.
    package let validationBitsPerImage: Double?
    /// The same as a share of what the format's plainest coding spends.
    package let validationBaselineShare: Double?
    /// The validation at which the held-out images were likeliest, whose model is in
    /// ``TrainingRun/bestFolder(of:)``.
    package let best: Best?
  }

  /// What the newest checkpoint and the metrics say, or `nil` where there is no run.
  package static func summary(of folder: URL) -> Summary? {
    guard let record = try? record(of: folder) else { return nil }
    let validation = (try? RunMetrics(of: folder))?.validations.last
    return Summary(
      steps: record.state.step, seconds: record.state.seconds, tokens: record.state.tokens,
      images: record.state.images, validationBitsPerByte: validation?.bitsPerByte,
      validationBitsPerImage: validation?.bitsPerImage,
      validationBaselineShare: validation?.baselineShare, best: record.best)
  }
}
