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
  package func impossibility(context: Int) -> String? {
    do {
      try trainer.validate(contextLength: max(context, 1))
      try run.validate()
    } catch {
      return error.description
    }
    let most = 1 << 48
    let counts: [(String, Int)] = [
      ("step", state.step), ("tokens", state.tokens), ("images", state.images),
      ("epoch", state.sampler.epoch), ("best", best?.step ?? 0),
    ]
    for (name, value) in counts where !(0...most).contains(value) {
      return "\(name) is \(value), outside 0…\(most)"
    }
    let amounts: [(String, Double)] = [
      ("seconds", state.seconds), ("first", state.plan?.first ?? 0),
      ("reserve", state.plan?.reserve ?? 0), ("least", state.plan?.least ?? 0),
    ]
    for (name, value) in amounts where !(0...1e15).contains(value) {
      return "\(name) is \(value), outside 0…10¹⁵"
    }
    return nil
  }
}
