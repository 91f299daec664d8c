import CodecLM

/// Says on the terminal how training goes.
struct TrainingReport {
  private let profile: CodecProfile
  private let progress: ProgressLine
  private var (loss, bits, speed) = (Smoothed(), Smoothed(), Smoothed())
  private var forecast: Forecast
  /// Whether the last step has been made.
  private(set) var isFinished = false

  /// A report of a run on these files, from where it stands in its budget.
  init(
    _ data: TokenStore, _ profile: CodecProfile, from start: Double, _ progress: ProgressLine
  ) {
    self.profile = profile
    self.progress = progress
    forecast = Forecast(data, start, noun: profile.noun)
  }

  mutating func show(_ event: TrainingRun.Event) {
    switch event {
    case .step(let step):
      isFinished = step.progress >= 1
      if let fault = step.fault {
        return progress.note("step \(Format.count(step.step)) left out: \(fault)")
      }
      loss.add(step.loss)
      bits.add(step.bitsPerByte)
      speed.add(step.tokensPerSecond)
      if let text = forecast.text(after: step) { progress.note(text) }
      progress.show(
        """
        step \(Format.count(step.step))  \(Int(step.progress * 100)) %  \
        loss \(Format.fixed(loss.value, 4))  \(Format.fixed(bits.value, 3)) bits/byte  \
        \(Format.count(Int(speed.value))) tokens/s  \(Format.duration(step.remaining)) left
        """)
    case .validation(let step, let validation):
      progress.note(
        """
        step \(Format.count(step)): held-out \
        \(Format.fixed(validation.bitsPerByte, 3)) bits/byte, \
        \(Format.fixed(validation.bitsPerImage, 1)) bits/\(profile.noun), \
        \(validation.baselineShare.map { Format.fixed($0, 4) } ?? "?") of \(profile.baselineName) \
        (\(validation.images) \(profile.noun)s)
        """)
    case .checkpoint: break
    }
  }
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
