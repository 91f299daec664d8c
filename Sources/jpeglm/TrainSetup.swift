import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// The plan that `train`'s options make, and what is said while it is carried out.
struct TrainSetup {
  let plan: TrainingPlan
  let folder: URL
  let interrupt: Interrupt
  let progress: ProgressLine
  private let options: Train

  /// - Parameter start: when the command began.
  init(
    _ options: Train, _ interrupt: Interrupt, _ progress: ProgressLine,
    since start: ContinuousClock.Instant
  ) throws {
    self.options = options
    self.interrupt = interrupt
    self.progress = progress
    folder = URL(place: options.output)
    var plan = try Self.plan(options, folder, options.threads.pool, progress)
    plan.start = start
    plan.isStrict = options.strict
    plan.recomputes = options.recompute
    if let budget = options.budget { plan.budget = budget }
    if let keep = options.keep { plan.keep = keep }
    self.plan = plan
  }

  /// The plan of a new run, of one from a model, or of one that goes on.
  private static func plan(
    _ options: Train, _ folder: URL, _ pool: WorkerPool, _ progress: ProgressLine
  ) throws -> TrainingPlan {
    func sources(_ kind: MediaKind) throws -> MediaFolder {
      let sources = try MediaFolder(
        URL(place: options.images), kind, excluding: [folder],
        maximumPixels: options.limits.maxPixels)
      progress.noteLeftOut(sources.leftOut)
      return sources
    }
    if options.resume {
      guard TrainingRun.exists(in: folder) else {
        throw TrainingError.nothingToResume(path: folder.path)
      }
      return try TrainingPlan(
        resuming: folder, on: sources(Checkpoint.codec(of: folder).sources), pool: pool)
    }
    try TrainingRun.checkIsFree(folder)
    var plan: TrainingPlan
    if let from = options.from {
      let base = try Checkpoint(URL(place: from))
      plan = TrainingPlan(for: try sources(base.codec.sources), from: base, pool: pool)
      plan.relatedRuns = [URL(place: from)]
    } else {
      let sources = try sources(options.profile.kind)
      let chosen = options.profile.profile(for: sources, stream: options.streamChoice, pool)
      progress.note(chosen.description)
      plan = TrainingPlan(for: sources, profile: chosen.profile, pool: pool)
      plan.tokenizer = try options.tokenizerChoice.source(options.vocabulary, chosen.profile)
      if let preset = options.preset { plan.shape = .preset(preset) }
      if let config = options.config {
        plan.shape = .configuration(try LlamaConfiguration(contentsOf: URL(place: config)))
      }
    }
    plan.isMirrored = options.mirror
    plan.context = options.context
    plan.batch = options.batch
    plan.microBatches = options.accumulate
    plan.learningRate = options.learningRate
    plan.optimizer = options.optimizer.options
    plan.seed = options.seed
    plan.checkpointInterval = options.checkpointEvery.map { .seconds($0) }
    return plan
  }

  /// The pictures as tokens.
  func data() throws -> TokenStore {
    do {
      return try plan.data(in: folder, show)
    } catch StoreError.unsupportedVersion(let path, _, .tokens) where options.resume {
      throw ValidationError(
        """
        \(path) was written by an earlier jpeglm; go on from the run's model in a new run: --from \
        \(options.output) with another --out.
        """)
    } catch TrainingPlanError.lossyTokenizer {
      let name =
        switch options.tokenizerChoice {
        case .file(let path) where options.from == nil && !options.resume: path
        default: "the tokenizer of --from"
        }
      throw ValidationError("\(name) has no token for some byte; choose another.")
    }
  }

  /// The run, at its beginning or where it was left.
  func run(on data: TokenStore, _ lock: consuming FolderLock) throws -> TrainingRun {
    do {
      let run = try plan.begin(on: data, in: folder, lock: lock, show)
      if options.resume { describe(resumed: run) }
      return run
    } catch TrainingPlanError.vocabulary(let model, let tokenizer) {
      throw ValidationError(
        "\(options.config ?? ""): vocab_size is \(model), the tokenizer has \(tokenizer).")
    } catch TrainingPlanError.contextTooLong(let row, _) {
      throw ValidationError(
        "--context \(row) is more than max_position_embeddings of "
          + "\(options.config ?? "the model of --from").")
    }
  }

  /// Seconds since the command began.
  var elapsed: Double { plan.elapsed }

  private func describe(resumed run: borrowing TrainingRun) {
    progress.note("resuming after step \(Format.count(run.trainer.state.step))")
    if let rates = run.rates, rates.now > rates.before {
      progress.note(
        """
        the learning rate belongs to the share of the budget that is used up: in the larger one it \
        goes up again, from \(rates.before) to \(rates.now)
        """)
    }
  }

  private func show(_ event: TrainingPlan.Event) throws {
    let noun = plan.profile.noun
    switch event {
    case .reading(let state):
      progress.show(
        "reading \(noun)s \(Format.count(state.done)) of \(Format.count(state.total))",
        isFinal: state.done == state.total)
    case .learningTokens(let images):
      progress.show("learning tokens from \(Format.count(images)) \(noun)s")
    case .tokens(let tokenizer):
      progress.note("\(Format.count(tokenizer.count)) tokens: \(tokenizer)")
    case .tokenizing(let state):
      progress.show(
        "making tokens of \(noun)s \(Format.count(state.done)) of \(Format.count(state.total))")
    case .data(let data): show(data)
    case .doubt(let doubt): progress.note(Self.text(doubt))
    case .cut(let cut): show(cut)
    case .run: break
    }
    try interrupt.check()
  }

  private func show(_ data: TokenStore) {
    let noun = plan.profile.noun
    for file in data.skipped.prefix(5) { progress.note("skipped \(file)") }
    if data.skipped.count > 5 {
      progress.note("… and \(Format.count(data.skipped.count - 5)) more skipped files")
    }
    progress.note(
      """
      \(Format.count(data.count)) \(noun)s: \(Format.count(data.statistics.tokens)) tokens, \
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
      progress.note("with one \(noun) nothing is held out: figures are of what is learnt")
    }
  }

  private static func text(_ doubt: TrainingPlan.Doubt) -> String {
    switch doubt {
    case .unknownSplit:
      """
      the model of --from does not say which pictures it learnt: figures of held-out ones are true if it \
      has not seen these
      """
    case .otherSplit:
      "none of these was kept from the model of --from: it may have learnt what is held out now"
    case .few:
      """
      few are held out, the same share as of the model of --from, which may have learnt the others; \
      their figures are rough
      """
    }
  }

  private func show(_ cut: TrainingPlan.Cut) {
    let given = options.from != nil ? "--from" : options.config != nil ? "--config" : nil
    let wayOut =
      if let given, cut.longest > cut.modelContext {
        "another \(given) than one of at most \(Format.count(cut.modelContext)) tokens keeps them whole"
      } else {
        "--context \(given == nil ? cut.suggested : cut.modelContext) keeps them whole"
      }
    progress.note(
      """
      \(Format.count(cut.images)) of \(Format.count(cut.total)) \(plan.profile.noun)s are longer than a row of \
      \(Format.count(cut.row)) tokens, up to \(Format.count(cut.longest)), and are cut: what \
      is behind is learnt without what is before it; \(wayOut)
      """)
  }
}

extension TokenizerChoice {
  /// What it means to a plan.
  func source(
    _ vocabulary: VocabularyOptions, _ profile: CodecProfile
  ) throws -> TrainingPlan.TokenizerSource {
    switch self {
    case .bytes: .given(.bytes)
    case .file(let path): .given(try Tokenizer(contentsOf: URL(place: path)))
    case .learnt(let insideSymbols):
      .learnt(vocabulary.recipe(insideSymbols: insideSymbols, profile))
    }
  }
}
