/// Notices in a run's validations that held-out images become less likely: that the model learns the
/// training images by heart.
package struct Overfitting: Sendable {
  /// What is to be said after a validation.
  package struct Warning: Sendable, Equatable {
    /// Steps made before the best validation.
    package let best: Int
    /// Validations since.
    package let validations: Int
  }

  private var best: (step: Int, loss: Double)?
  private var previous = Double.infinity
  /// Validations since the best, and those in a row of which each was worse than the one before.
  private var (since, rises) = (0, 0)
  /// By how much the loss was above the best when it was said.
  private var said: Double?

  /// Validations that say something together.
  private static let several = 3
  /// Share of the best loss that is more than chance.
  private static let clear = 0.02

  /// The beginning, or where the best validation so far was the last.
  package init(best: TrainingRun.Best? = nil) {
    self.best = best.map { ($0.step, $0.loss) }
    previous = best?.loss ?? .infinity
  }

  /// Takes a validation; says so the first time, and whenever the loss is twice as far above the best as
  /// when it was last said.
  package mutating func add(loss: Double, step: Int) -> Warning? {
    defer { previous = loss }
    guard let best, loss >= best.loss else {
      best = (step, loss)
      (since, rises, said) = (0, 0, nil)
      return nil
    }
    since += 1
    rises = loss > previous ? rises + 1 : 0
    let excess = loss - best.loss
    let isClear = rises >= Self.several || excess > Self.clear * best.loss
    guard since >= Self.several, isClear else { return nil }
    if let said, excess < 2 * max(said, Self.clear * best.loss) { return nil }
    said = excess
    return Warning(best: best.step, validations: since)
  }
}
