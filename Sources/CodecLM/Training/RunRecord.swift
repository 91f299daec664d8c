/// What a checkpoint says of its run: `training.json`.
package struct RunRecord: Codable {
  package var trainer: Trainer.Options
  package var run: TrainingRun.Options
  package var state: Trainer.State
  /// Of all validations; `nil` in files of earlier versions.
  package var best: TrainingRun.Best?
  /// The token store's.
  package var dataKey: UInt64

  /// The learning rate where the run stands.
  package var rate: Float { trainer.schedule.rate(at: Trainer.progress(state, of: trainer.budget)) }

  /// The first number that no run can have, for a model of this context; `nil` if all are possible.
  package func impossibility(context: Int) -> RunFault? {
    let most = 1 << 48
    let counts: [(String, Int, ClosedRange<Int>)] = [
      ("batch", trainer.batch, 1...1 << 16),
      ("context", trainer.context, 2...max(context, 2)),
      ("microBatches", trainer.microBatches, 1...1 << 16),
      ("keep", run.keep, 1...most),
      ("validationImages", run.validationImages, 1...most),
      ("stepsPerLine", run.stepsPerLine, 1...most),
      ("step", state.step, 0...most),
      ("tokens", state.tokens, 0...most),
      ("images", state.images, 0...most),
      ("epoch", state.sampler.epoch, 0...most), ("best", best?.step ?? 0, 0...most),
    ]
    for (name, value, range) in counts where !range.contains(value) {
      return .count(name, value, allowed: range)
    }
    let amounts: [(String, Double)] = [
      ("peak", Double(trainer.schedule.peak)), ("warmUpShare", trainer.schedule.warmUpShare),
      ("finalShare", trainer.schedule.finalShare), ("clip", trainer.optimizer.clip),
      ("rateBesideMuon", Double(trainer.optimizer.rateBesideMuon)),
      ("seconds", state.seconds), ("budget", trainer.budget.amount),
      ("first", state.plan?.first ?? 0), ("reserve", state.plan?.reserve ?? 0),
      ("least", state.plan?.least ?? 0),
      ("checkpointInterval", run.checkpointInterval.amount),
    ]
    for (name, value) in amounts where !(0...1e15).contains(value) {
      return .amount(name, value)
    }
    return nil
  }
}

extension Trainer.Length {
  /// Steps or seconds.
  fileprivate var amount: Double {
    switch self {
    case .steps(let steps): Double(steps)
    case .seconds(let seconds): seconds
    }
  }
}
