import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// What a training run is made of, brought together from the options, the pictures and the run or model
/// that it goes on from.
struct TrainSetup {
  let options: Train
  let folder: URL
  let pool: WorkerPool
  let interrupt: Interrupt
  let progress: ProgressLine
  private let sources: MediaFolder
  private let profile: CodecProfile
  /// The model of `--from`.
  private let base: Checkpoint?
  private let start: ContinuousClock.Instant

  /// Tokens of a batch unless told otherwise: in the minutes to hours of a processor, many small
  /// steps learn more than few large ones.
  private static let tokensPerBatch = 2_048
  /// Of training unless told otherwise.
  private static let usualSeconds = 600.0
  /// Peak learning rate of a model that goes on from a trained one, to that of a new one: a higher one makes
  /// it forget more than it learns.
  private static let rateOfTrained: Float = 0.3
  /// Operations of a training step to those of large products in the same time.
  private static let shareOfPeak = 0.7
  /// Of the time for training, what validations, checkpoints and samples leave.
  private static let shareOfSteps = 0.9

  /// - Parameter start: when the command began.
  init(
    _ options: Train, _ interrupt: Interrupt, _ progress: ProgressLine,
    since start: ContinuousClock.Instant
  ) throws {
    self.options = options
    self.start = start
    self.interrupt = interrupt
    self.progress = progress
    folder = URL(place: options.output)
    pool = options.threads.pool
    let isThere = TrainingRun.exists(in: folder)
    if !options.resume { try TrainingRun.checkIsFree(folder) }
    if options.resume, !isThere { throw TrainingError.nothingToResume(path: folder.path) }
    let from = options.resume ? nil : options.from
    let base = try from.map { try Checkpoint(URL(place: $0)) }
    let known = try base?.codec ?? (isThere ? Checkpoint.codec(of: folder) : nil)
    sources = try MediaFolder(
      URL(place: options.images), known?.mediaKind ?? options.profile.kind,
      excluding: [folder], maximumPixels: options.limits.maxPixels)
    progress.noteLeftOut(sources.leftOut)
    if let known {
      profile = known
    } else {
      let chosen = options.profile.profile(for: sources, stream: options.streamChoice, pool)
      progress.note(chosen.description)
      profile = chosen.profile
    }
    self.base = base
  }

  /// Takes the run's folder, made now if it is not there, and clears away what a killed process left.
  func lock() throws -> FolderLock {
    try Folders.make(folder)
    let lock = try FolderLock(folder)
    for place in [folder, TrainingSheet.folder(of: folder)] {
      AtomicFile.removeAbandoned(in: place.path)
    }
    return lock
  }

  /// The pictures as tokens, made now unless the folder has them; of a run that goes on, those it was begun
  /// with.
  func data() throws -> TokenStore {
    let url = folder.appendingPathComponent(RunFolder.store)
    let data: TokenStore
    do {
      data = try TokenStore.build(
        from: sources, profile, tokenizer: tokenizer(), at: url, heldOutShare: heldOutShare(),
        mirrored: options.resume ? TrainingRun.options(of: folder).mirrored : options.mirror,
        strict: options.strict,
        expecting: options.resume ? TrainingRun.dataKey(of: folder) : nil, pool: pool
      ) { state in
        progress.show(
          "reading \(profile.noun)s \(Format.count(state.done)) of \(Format.count(state.total))",
          isFinal: state.done == state.total)
        try interrupt.check()
      }
    } catch TokenStoreError.unsupportedVersion(let path, _) where options.resume {
      throw ValidationError(
        """
        \(path) was written by an earlier jpeglm; go on from the run's model in a new run: --from \
        \(options.output) with another --out.
        """)
    } catch TokenStoreError.changed(_, let what) {
      throw TrainingError.changed(path: folder.path, what: "the images (\(what)) or their form")
    }
    for file in data.skipped.prefix(5) { progress.note("skipped \(file)") }
    if data.skipped.count > 5 {
      progress.note("… and \(Format.count(data.skipped.count - 5)) more skipped files")
    }
    progress.note(
      """
      \(Format.count(data.count)) \(profile.noun)s: \(Format.count(data.statistics.tokens)) tokens, \
      \(Format.fixed(data.statistics.mean, 0)) each, \(data.statistics.longest) at most; \
      \(Format.count(data.heldOutIndices.count)) held out
      """)
    if data.statistics.duplicates > 0 {
      let copies = data.statistics.duplicates
      progress.note(
        """
        \(Format.count(copies)) of them \(copies == 1 ? "is a copy" : "are copies") of another; copies are \
        trained on or held out together
        """)
    }
    if data.heldOutIndices == data.trainingIndices {
      progress.note("with one \(profile.noun) nothing is held out: figures are of what is learnt")
    }
    sayWhatIsUnknown(of: data)
    return data
  }

  /// Says where the model of `--from` may have learnt what is held out now.
  private func sayWhatIsUnknown(of data: TokenStore) {
    guard let base, data.heldOutIndices != data.trainingIndices else { return }
    let isKept = base.heldOutShare.map { share in
      data.heldOutIndices.allSatisfy { HeldOutSplit.isHeldOut(data.hash(of: $0), share: share) }
    }
    switch isKept {
    case nil:
      progress.note(
        """
        the model of --from does not say which pictures it learnt: figures of held-out ones are true if it \
        has not seen these
        """)
    case false:
      progress.note(
        "none of these was kept from the model of --from: it may have learnt what is held out now")
    case true:
      if data.heldOutIndices.count < 8, data.trainingIndices.count >= 40 {
        progress.note(
          """
          few are held out, the same share as of the model of --from, which may have learnt the others; \
          their figures are rough
          """)
      }
    }
  }

  /// The share of pictures that is held out: what the run was begun with, or that of the model it goes on from,
  /// so that no picture it learnt is taken for an unknown one; else what suits their number.
  private func heldOutShare() throws -> Double {
    if options.resume, let share = try ModelSplit.share(of: folder) { return share }
    return base?.heldOutShare ?? HeldOutSplit.share(of: sources.files.count)
  }

  /// The run, at its beginning or where it was left.
  func run(on data: TokenStore, _ lock: consuming FolderLock) throws -> TrainingRun {
    guard options.resume else { return try newRun(on: data, lock) }
    let run = try TrainingRun(
      resuming: folder, data, budget: budget, keep: options.keep, lock: lock,
      recomputing: options.recompute, pool: pool
    )
    progress.note("resuming after step \(Format.count(run.trainer.state.step))")
    if let rates = run.rates, rates.now > rates.before {
      progress.note(
        """
        the learning rate belongs to the share of the budget that is used up: in the larger one it \
        goes up again, from \(rates.before) to \(rates.now)
        """)
    }
    return run
  }

  /// Seconds since the command began.
  var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  private var budget: Trainer.Length? {
    options.steps.map { .steps($0) } ?? options.minutes.map { .seconds($0 * 60) }
  }

  /// The model's own; else what `--tokenizer` says, learnt from the images where it says so.
  private func tokenizer() throws -> Tokenizer {
    if options.resume { return try Tokenizer(contentsOf: folder) }
    if let base { return try lossless(base.tokenizer, of: "the tokenizer of --from") }
    switch options.tokenizerChoice {
    case .bytes: return .bytes
    case .file(let path):
      return try lossless(Tokenizer(contentsOf: URL(place: path)), of: path)
    case .learnt(let insideSymbols):
      let vocabulary = options.vocabulary
      let sample = try vocabulary.sample(
        of: sources, profile, heldOutShare: heldOutShare(), pool, interrupt, progress)
      let tokenizer = Tokenizer.trained(
        on: sample, vocabulary: vocabulary.count(for: options.tokenizerChoice, profile),
        splittingBefore: insideSymbols ? try profile.makeCodec().symbolStarts : ByteSet())
      progress.note("\(Format.count(tokenizer.count)) tokens: \(tokenizer)")
      return tokenizer
    }
  }

  private func lossless(_ tokenizer: Tokenizer, of name: String) throws -> Tokenizer {
    guard tokenizer.isLossless else {
      throw ValidationError("\(name) has no token for some byte; choose another.")
    }
    return tokenizer
  }

  private func newRun(
    on data: TokenStore, _ lock: consuming FolderLock
  ) throws -> TrainingRun {
    let (model, row) = try model(for: data)
    sayCut(data, row, context: model.configuration.contextLength)
    var training = Trainer.Options(
      budget: budget ?? .seconds(Self.usualSeconds), context: row,
      learningRate: options.learningRate ?? suggestedRate(model.configuration))
    training.batch = batchRows(of: row)
    training.microBatches = options.accumulate
    training.optimizer = options.optimizer.options
    training.seed = options.seed
    var keeping = TrainingRun.Options()
    keeping.checkpointInterval = .seconds(options.checkpointEvery ?? usualCheckpointInterval)
    keeping.mirrored = options.mirror
    if let keep = options.keep { keeping.keep = keep }
    var checkpoint = Checkpoint(model, data.tokenizer, profile)
    checkpoint.heldOutShare = base == nil ? try heldOutShare() : base?.heldOutShare
    return try TrainingRun(
      checkpoint, data, training, keeping, in: folder, lock: lock, recomputing: options.recompute,
      pool: pool)
  }

  /// Says which pictures are longer than a row.
  private func sayCut(_ data: TokenStore, _ row: Int, context: Int) {
    guard data.statistics.longest >= row else { return }
    let long = (0..<data.count).reduce(0) { $0 + (data.tokenCount(of: $1) >= row ? 1 : 0) }
    let given = base != nil ? "--from" : options.config != nil ? "--config" : nil
    let wayOut =
      if let given, data.statistics.longest >= context {
        "another \(given) than one of at most \(Format.count(context)) tokens keeps them whole"
      } else {
        "--context \(given == nil ? data.suggestedContext : context) keeps them whole"
      }
    progress.note(
      """
      \(Format.count(long)) of \(Format.count(data.count)) \(profile.noun)s are longer than a row of \
      \(Format.count(row)) tokens, up to \(Format.count(data.statistics.longest + 1)), and are cut: what \
      is behind is learnt without what is before it; \(wayOut)
      """)
  }

  /// The model to begin with, and the positions of a row that it can take.
  private func model(for data: TokenStore) throws -> (model: Llama, row: Int) {
    let suggested = options.context ?? data.suggestedContext
    if let base {
      let row = try self.row(suggested, in: base.configuration, "the model of --from")
      return (try base.model, row)
    }
    let (configuration, row) = try configuration(vocabulary: data.tokenizer.count, suggested)
    return (try Llama(configuration, seed: options.seed, pool: pool), row)
  }

  /// The shape that `--config` or `--preset` says, else one for the time there is.
  private func configuration(
    vocabulary: Int, _ suggested: Int
  ) throws -> (LlamaConfiguration, row: Int) {
    if let config = options.config {
      let model = try LlamaConfiguration(contentsOf: URL(place: config))
      guard model.vocabulary == vocabulary else {
        throw ValidationError(
          "\(config): vocab_size is \(model.vocabulary), the tokenizer has \(vocabulary).")
      }
      return (model, try row(suggested, in: model, config))
    }
    if options.preset != nil || options.steps != nil {
      let preset = options.preset ?? .mini
      return (.preset(preset, vocabulary: vocabulary, contextLength: suggested), suggested)
    }
    let peak = try MachineLimits.productRate(side: 512, pool: pool)
    let model = LlamaConfiguration.preset(
      vocabulary: vocabulary, contextLength: suggested,
      batchTokens: options.optimizer == .muon ? batchTokens(row: suggested) : nil,
      seconds: secondsOfSteps, rate: Self.shareOfPeak * peak)
    return (model, suggested)
  }

  /// About how long steps are made, now that pictures have been read.
  private var secondsOfSteps: Double {
    let seconds = options.minutes.map { $0 * 60 } ?? Self.usualSeconds
    return Self.shareOfSteps * max(seconds - elapsed, elapsed)
  }

  /// Often enough that the best of a short run's models is among its checkpoints.
  private var usualCheckpointInterval: Double {
    guard case .seconds(let seconds) = budget ?? .seconds(Self.usualSeconds) else { return 60 }
    return min(60, seconds / 10)
  }

  private func suggestedRate(_ configuration: LlamaConfiguration) -> Float {
    configuration.suggestedLearningRate * (base == nil ? 1 : Self.rateOfTrained)
  }

  private func batchRows(of row: Int) -> Int {
    options.batch ?? max(1, Self.tokensPerBatch / row)
  }

  private func batchTokens(row: Int) -> Int { batchRows(of: row) * row * options.accumulate }

  private func row(_ row: Int, in model: LlamaConfiguration, _ name: String) throws -> Int {
    if options.context == nil { return min(row, model.contextLength) }
    guard row <= model.contextLength else {
      throw ValidationError("--context \(row) is more than max_position_embeddings of \(name).")
    }
    return row
  }
}
