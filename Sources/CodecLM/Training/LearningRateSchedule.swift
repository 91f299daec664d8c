import Foundation

/// Linear warm-up, then half a cosine down to a share of the peak.
///
/// The schedule is a function of progress, 0 at the beginning and 1 at the end of the budget, so that
/// it serves budgets of steps and of time alike.
public struct LearningRateSchedule: Sendable, Codable, Equatable {
  /// The highest learning rate.
  public var peak: Float
  /// Share of the budget in which the rate rises to its peak.
  public var warmUpShare: Double
  /// The rate at the end, as a share of the peak.
  public var finalShare: Double

  /// A schedule.
  public init(peak: Float, warmUpShare: Double = 0.03, finalShare: Double = 0.05) {
    self.peak = peak
    self.warmUpShare = warmUpShare
    self.finalShare = finalShare
  }

  /// The learning rate at `progress`, clamped to 0 … 1.
  package func rate(at progress: Double) -> Float {
    let progress = min(max(progress, 0), 1)
    if progress < warmUpShare { return peak * Float(progress / warmUpShare) }
    let past = (progress - warmUpShare) / max(1 - warmUpShare, .leastNormalMagnitude)
    let cosine = 0.5 * (1 + cos(.pi * past))
    return peak * Float(finalShare + (1 - finalShare) * cosine)
  }
}
