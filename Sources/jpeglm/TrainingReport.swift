import CodecLM
import CodecLMEvaluation
import Foundation

/// Says on the terminal how training goes.
struct TrainingReport {
  private let profile: CodecProfile
  private let progress: ProgressLine
  /// Tokens that an image takes, with its end.
  private let tokensPerImage: Double
  private var (loss, speed) = (Smoothed(), Smoothed())
  private var forecast: Forecast
  private var overfitting: Overfitting
  private let start = ContinuousClock.now
  private var remaining = 0.0
  private var step: Int
  /// The last validation.
  private var last: Trainer.Validation?
  /// Whether the last step has been made.
  private(set) var isFinished = false

  /// A report of a run on these files, from where it stands in its budget.
  init(_ run: borrowing TrainingRun, _ data: TokenStore, _ progress: ProgressLine) {
    profile = run.checkpoint.codec
    self.progress = progress
    tokensPerImage = data.statistics.mean + 1
    forecast = Forecast(data, run.trainer.progress, noun: profile.noun)
    overfitting = Overfitting(best: run.best)
    step = run.trainer.state.step
  }

  /// Estimate of the seconds of all of the run, or of what is left of it since it was resumed.
  var wholeTime: Double { (ContinuousClock.now - start) / .seconds(1) + remaining }

  mutating func show(_ event: TrainingRun.Event) {
    switch event {
    case .step(let step):
      isFinished = step.progress >= 1
      remaining = step.remaining
      self.step = step.step
      if let fault = step.fault {
        return progress.note("step \(Format.count(step.step)) left out: \(fault)")
      }
      loss.add(step.loss)
      speed.add(step.tokensPerSecond)
      if let text = forecast.text(after: step) { progress.note(text) }
      progress.show(
        """
        step \(Format.count(step.step))  \(Int(step.progress * 100)) %  \
        loss \(Format.fixed(loss.value, 4))  \
        \(Format.fixed(loss.value / M_LN2 * tokensPerImage, 0)) bits/\(profile.noun)  \
        \(Format.count(Int(speed.value))) tokens/s  \(Format.duration(step.remaining)) left
        """)
    case .delayed(let preparation, let total):
      progress.note(
        """
        getting ready took \(Format.duration(preparation)), more than half of the time: training takes \
        as long again, \(Format.duration(total)) in all
        """)
    case .validating(let done, let all):
      show("held-out \(profile.noun)s scored", done, all)
    case .measuringBaseline(let done, let all):
      show("held-out \(profile.noun)s measured as \(profile.baselineName)", done, all)
    case .validation(let step, let validation): show(validation, step: step)
    case .saving(let step):
      progress.show("step \(Format.count(step)): writing a checkpoint")
    case .checkpoint: break
    }
  }

  private func show(_ what: String, _ done: Int, _ all: Int) {
    progress.show(
      "step \(Format.count(step)): \(Format.count(done)) of \(Format.count(all)) \(what)")
  }

  private mutating func show(_ validation: Trainer.Validation, step: Int) {
    last = validation
    progress.note(
      """
      step \(Format.count(step)): held-out \
      \(Format.fixed(validation.bitsPerImage, 1)) bits/\(profile.noun), \
      \(share(validation.baselineShare)) of \(profile.baselineName), \
      \(Format.fixed(validation.bitsPerByte, 3)) bits/\(profile.byteName) \
      (\(validation.images) \(profile.noun)s)
      """)
    guard let warning = overfitting.add(loss: validation.loss, step: step) else { return }
    progress.note(
      """
      held-out \(profile.noun)s have cost more bits in all \(warning.validations) validations since \
      step \(Format.count(warning.best)), the best so far, which is kept: the training \
      \(profile.noun)s are learnt by heart; more of them, --mirror or a smaller --preset help
      """)
  }

  /// Says where the run's models are, and which was the best on held-out images.
  func conclude(_ output: String, best: TrainingRun.Best?) {
    let sample = "--count 16 --out samples --grid samples.jpg"
    guard let best, let last, best.step < step else {
      return progress.note("wrote \(output); next: jpeglm sample \(output) \(sample)")
    }
    let folder = TrainingRun.bestFolder(of: URL(place: output)).lastPathComponent
    progress.note(
      """
      wrote \(output); held-out \(profile.noun)s were likeliest after step \
      \(Format.count(best.step)): \(share(best.baselineShare)) of \(profile.baselineName), at the end \
      \(share(last.baselineShare)); that model is kept: jpeglm sample \(output)/\(folder) \(sample)
      """)
  }

  private func share(_ share: Double?) -> String { share.map { Format.fixed($0, 4) } ?? "?" }
}

/// What a run will get through, said once its speed is known.
private struct Forecast {
  private let data: TokenStore
  private let start: Double
  private let noun: String
  private var (tokens, seconds, isDue) = (0, 0.0, true)

  init(_ data: TokenStore, _ start: Double, noun: String) {
    self.data = data
    self.noun = noun
    self.start = start
  }

  mutating func text(after step: Trainer.Step) -> String? {
    tokens += step.tokens
    seconds += step.seconds
    guard isDue, seconds > 5, step.progress < 1 else { return nil }
    isDue = false
    let all = Double(tokens) / max(step.progress - start, 1e-9) * (1 - start)
    let images = all / (data.statistics.mean + 1)
    return """
      at this speed \(Format.fixed(all / 1e6, 1)) million tokens: \(Format.count(Int(images))) \(noun)s, \
      each training \(noun) \(Format.fixed(images / Double(data.statistics.training), 1)) times
      """
  }
}

/// An exponential mean over about the last thirty values.
private struct Smoothed {
  private var sum = 0.0
  private var weight = 0.0

  mutating func add(_ value: Double) {
    sum = 0.97 * sum + value
    weight = 0.97 * weight + 1
  }

  var value: Double { sum / max(weight, 1) }
}
