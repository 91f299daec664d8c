public import Foundation

extension TrainingPlan {
  /// Tokens of a batch unless told otherwise.
  private static let tokensPerBatch = 2_048
  /// Peak learning rate of a model that goes on from a trained one, to that of a new one.
  private static let rateOfTrained: Float = 0.3
  /// Operations of a training step to those of large products in the same time.
  private static let shareOfPeak = 0.7
  /// Of the time for training, what validations, checkpoints and samples leave.
  private static let shareOfSteps = 0.9

  /// The run on images that are tokens now: at its beginning, with the model made, or where it was left.
  ///
  /// - Parameters:
  ///   - data: the images, from ``data(in:_:)``.
  ///   - folder: the run's.
  ///   - report: told what of the images is cut.
  /// - Throws: ``TrainingPlanError``, ``TrainingError``, ``InvalidSetting``, ``FileError``,
  ///   ``NumericsError``; what `report` throws.
  public func begin(
    on data: TokenStore, in folder: URL, _ report: (Event) throws -> Void = { _ in }
  ) throws -> TrainingRun {
    try begin(on: data, in: folder, lock: nil, report)
  }

  /// The same in a folder whose lock the caller may have taken already.
  package func begin(
    on data: TokenStore, in folder: URL, lock: consuming FolderLock?,
    _ report: (Event) throws -> Void = { _ in }
  ) throws -> TrainingRun {
    if expectedKey != nil {
      return try TrainingRun(
        resuming: folder, data, budget: budget, keep: keep, lock: lock, recomputing: recomputes,
        pool: pool)
    }
    let (configuration, row) = try shape(for: data)
    if let cut = cut(data, row, context: configuration.contextLength) { try report(.cut(cut)) }
    let model = try base?.model ?? Llama(configuration, seed: seed, pool: pool)
    var checkpoint = Checkpoint(model, data.tokenizer, profile)
    checkpoint.heldOutShare = base == nil ? heldOutShare : base?.heldOutShare
    return try TrainingRun(
      checkpoint, data, trainerOptions(configuration, row: row), runOptions, in: folder, lock: lock,
      recomputing: recomputes, pool: pool)
  }

  /// The model's shape, and the positions of a row that it can take.
  ///
  /// - Throws: ``TrainingPlanError``, ``NumericsError``.
  package func shape(
    for data: TokenStore
  ) throws -> (configuration: LlamaConfiguration, row: Int) {
    let row = context ?? data.suggestedContext
    let vocabulary = data.tokenizer.count
    if let base { return (base.configuration, try self.row(row, in: base.configuration)) }
    switch shape {
    case .configuration(let configuration):
      guard configuration.vocabulary == vocabulary else {
        throw TrainingPlanError.vocabulary(
          model: configuration.vocabulary, tokenizer: vocabulary)
      }
      return (configuration, try self.row(row, in: configuration))
    case .preset(let preset):
      return (.preset(preset, vocabulary: vocabulary, contextLength: row), row)
    case .suited:
      guard case .seconds(let seconds) = budget else {
        return (.preset(.mini, vocabulary: vocabulary, contextLength: row), row)
      }
      let peak = try MachineLimits.productRate(side: 512, pool: pool)
      let elapsed = elapsed
      let configuration = LlamaConfiguration.preset(
        vocabulary: vocabulary, contextLength: row,
        batchTokens: optimizer.muon == nil ? nil : rows(of: row) * row * microBatches,
        seconds: Self.shareOfSteps * max(seconds - elapsed, elapsed), rate: Self.shareOfPeak * peak)
      return (configuration, row)
    }
  }

  /// What determines a run of a model.
  package func trainerOptions(_ configuration: LlamaConfiguration, row: Int) -> Trainer.Options {
    let suggestedRate =
      configuration.suggestedLearningRate * (base == nil ? 1 : Self.rateOfTrained)
    var options = Trainer.Options(
      budget: budget, context: row, learningRate: learningRate ?? suggestedRate)
    options.batch = rows(of: row)
    options.microBatches = microBatches
    options.optimizer = optimizer
    options.seed = seed
    return options
  }

  /// What a run keeps.
  package var runOptions: TrainingRun.Options {
    var options = TrainingRun.Options()
    options.checkpointInterval = checkpointInterval ?? usualCheckpointInterval
    options.mirrored = isMirrored
    options.keep = keep
    return options
  }

  private var usualCheckpointInterval: Trainer.Length {
    guard case .seconds(let seconds) = budget else { return .seconds(60) }
    return .seconds(min(60, seconds / 10))
  }

  private func rows(of row: Int) -> Int { batch ?? max(1, Self.tokensPerBatch / row) }

  private func row(
    _ row: Int, in model: LlamaConfiguration
  ) throws(TrainingPlanError) -> Int {
    if context == nil { return min(row, model.contextLength) }
    guard row <= model.contextLength else {
      throw .contextTooLong(row: row, model: model.contextLength)
    }
    return row
  }

  /// Which images are longer than a row, if any are.
  private func cut(_ data: TokenStore, _ row: Int, context: Int) -> Cut? {
    guard data.statistics.longest >= row else { return nil }
    let long = (0..<data.count).reduce(0) { $0 + (data.tokenCount(of: $1) >= row ? 1 : 0) }
    return Cut(
      images: long, total: data.count, row: row, longest: data.statistics.longest + 1,
      suggested: data.suggestedContext, modelContext: context)
  }
}
