/// A setting outside the numbers that it may have.
public struct InvalidSetting: Error, Equatable, Sendable {
  /// The settings that are checked.
  public enum Setting: String, Sendable {
    /// ``Trainer/Options/batch``
    case batch
    /// ``Trainer/Options/context``
    case context
    /// ``Trainer/Options/microBatches``
    case microBatches = "micro_batches"
    /// ``Trainer/Length/steps(_:)`` of a budget.
    case steps
    /// ``Trainer/Length/seconds(_:)`` of a budget.
    case seconds
    /// ``LearningRateSchedule/peak``
    case learningRate = "learning_rate"
    /// ``LearningRateSchedule/warmUpShare``
    case warmUpShare = "warm_up_share"
    /// ``LearningRateSchedule/finalShare``
    case finalShare = "final_share"
    /// ``Optimizer/Options/clip``
    case clip
    /// ``Optimizer/Options/rateBesideMuon``
    case rateBesideMuon = "rate_beside_muon"
    /// ``TrainingRun/Options/checkpointInterval``
    case checkpointInterval = "checkpoint_interval"
    /// ``TrainingRun/Options/keep``
    case keep
    /// ``TrainingRun/Options/validationImages``
    case validationImages = "validation_images"
    /// ``TrainingRun/Options/stepsPerLine``
    case stepsPerLine = "steps_per_line"
  }

  /// Which numbers a setting may have.
  public enum Bounds: Equatable, Sendable {
    /// Those of a range.
    case within(ClosedRange<Double>)
    /// Those above 0, up to a largest.
    case positive(atMost: Double)

    func contains(_ value: Double) -> Bool {
      switch self {
      case .within(let range): range.contains(value)
      case .positive(let most): value > 0 && value <= most
      }
    }
  }

  /// Which setting.
  public let setting: Setting
  /// What it is.
  public let value: Double
  /// What it may be.
  public let bounds: Bounds

  package init(setting: Setting, value: Double, bounds: Bounds) {
    self.setting = setting
    self.value = value
    self.bounds = bounds
  }

  static func check(
    _ setting: Setting, _ value: Double, _ bounds: Bounds
  ) throws(InvalidSetting) {
    guard bounds.contains(value) else {
      throw InvalidSetting(setting: setting, value: value, bounds: bounds)
    }
  }
}

extension InvalidSetting: CustomStringConvertible {
  /// Setting, value and bounds in one line.
  public var description: String {
    "\(setting.rawValue) \(Self.text(value)) is \(fault(inUnitsOf: 1))"
  }

  /// What is wrong with the value, of which `unit` is one of those that it is told in.
  package func fault(inUnitsOf unit: Double) -> String {
    switch bounds {
    case .within(let range):
      "outside \(Self.text(range.lowerBound / unit)) … \(Self.text(range.upperBound / unit))"
    case .positive(let most): "not above 0 and at most \(Self.text(most / unit))"
    }
  }

  /// A number without decimals it does not need; large powers of ten as such.
  package static func text(_ value: Double) -> String {
    guard let whole = Int(exactly: value) else { return "\(value)" }
    let digits = "\(whole)"
    guard digits.count > 7, digits.first == "1", digits.dropFirst().allSatisfy({ $0 == "0" })
    else { return digits }
    let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let exponent = "\(digits.count - 1)".compactMap(\.wholeNumberValue)
    return "10" + String(exponent.map { superscripts[$0] })
  }
}

extension Trainer.Options {
  /// Checks that every number is one that a run can have.
  ///
  /// - Parameter contextLength: the model's context, which no row may exceed; at least 1.
  /// - Throws: the first ``InvalidSetting``.
  public func validate(contextLength: Int = 1 << 20) throws(InvalidSetting) {
    try budget.validate()
    try InvalidSetting.check(.batch, Double(batch), .within(1...65_536))
    let shortest = min(Self.shortestRow, contextLength)
    try InvalidSetting.check(
      .context, Double(context), .within(Double(shortest)...Double(contextLength)))
    try InvalidSetting.check(.microBatches, Double(microBatches), .within(1...65_536))
    try InvalidSetting.check(.learningRate, Double(schedule.peak), .positive(atMost: 1e15))
    try InvalidSetting.check(.warmUpShare, schedule.warmUpShare, .within(0...1e15))
    try InvalidSetting.check(.finalShare, schedule.finalShare, .within(0...1e15))
    try InvalidSetting.check(.clip, optimizer.clip, .within(0...1e15))
    try InvalidSetting.check(
      .rateBesideMuon, Double(optimizer.rateBesideMuon), .within(0...1e15))
  }

  /// Shorter rows are for models that have no longer ones.
  private static let shortestRow = 16
}

extension TrainingRun.Options {
  /// Checks that every number is one that a run can have.
  ///
  /// - Throws: the first ``InvalidSetting``.
  public func validate() throws(InvalidSetting) {
    try InvalidSetting.check(
      .checkpointInterval, checkpointInterval.amount, .positive(atMost: 1e15))
    try InvalidSetting.check(.keep, Double(keep), .within(1...1_000_000))
    try InvalidSetting.check(.validationImages, Double(validationImages), .within(1...1e14))
    try InvalidSetting.check(.stepsPerLine, Double(stepsPerLine), .within(1...1e14))
  }
}

extension Trainer.Length {
  /// Steps or seconds.
  var amount: Double {
    switch self {
    case .steps(let steps): Double(steps)
    case .seconds(let seconds): seconds
    }
  }

  /// Checks a budget.
  func validate() throws(InvalidSetting) {
    switch self {
    case .steps(let steps): try InvalidSetting.check(.steps, Double(steps), .within(0...1e12))
    case .seconds(let seconds):
      try InvalidSetting.check(.seconds, seconds, .positive(atMost: 6e10))
    }
  }
}
