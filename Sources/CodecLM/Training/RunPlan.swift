extension Trainer {
  /// When a run makes its steps, in seconds since it began.
  package struct Plan: Sendable, Codable, Equatable {
    /// When the first step began: pictures had been read and held-out images been scored.
    package var first = 0.0
    /// What is kept of a budget of time for what follows the last step: validation, checkpoint, samples.
    package var reserve = 0.0
    /// How long steps are made at least, where getting ready took most of a budget of time.
    package var least = 0.0

    /// All of the time but what is kept.
    package init(reserve: Double = 0) { self.reserve = reserve }

    /// When the last step of a budget of time ends.
    func end(_ budget: Double) -> Double { max(budget - reserve, least) }

    /// Share of the time between first and last step that is over.
    func progress(at seconds: Double, of budget: Double) -> Double {
      let end = end(budget)
      if seconds >= end { return 1 }
      return min(max((seconds - first) / max(end - first, 1e-9), 0), 1)
    }
  }

  /// Share of a budget used up in some state, at most 1.
  static func progress(_ state: State, of budget: Length) -> Double {
    switch budget {
    case .steps(let steps): steps == 0 ? 1 : min(1, Double(state.step) / Double(steps))
    case .seconds(let seconds):
      (state.plan ?? Plan()).progress(at: state.seconds, of: seconds)
    }
  }

  /// Share of the budget used up, at most 1.
  public var progress: Double { Self.progress(state, of: options.budget) }

  /// Whether the budget is used up.
  public var isFinished: Bool { progress >= 1 }

  /// Progress in the middle of a step that has taken so many seconds so far: the first is then not
  /// wasted at a rate of zero.
  func progress(midOf seconds: Double) -> Double {
    switch options.budget {
    case .steps(let steps): (Double(state.step) + 0.5) / Double(max(steps, 1))
    case .seconds(let budget):
      (state.plan ?? Plan()).progress(at: state.seconds + seconds / 2, of: budget)
    }
  }

  /// Seconds that a budget of time leaves for steps; of steps, no limit.
  var remainingForSteps: Double {
    guard case .seconds(let budget) = options.budget else { return .infinity }
    return (state.plan ?? Plan()).end(budget) - state.seconds
  }

  /// Estimate of the seconds left, with what follows the last step.
  var remaining: Double {
    let plan = state.plan ?? Plan()
    switch options.budget {
    case .steps(let steps):
      let mean = max(state.seconds - plan.first, 0) / Double(max(state.step, 1))
      return Double(max(steps - state.step, 0)) * mean
    case .seconds(let budget):
      return max(plan.end(budget) + plan.reserve - state.seconds, 0)
    }
  }
}
