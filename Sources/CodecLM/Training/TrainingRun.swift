public import Foundation

/// A training run in a folder: a checkpoint that is always whole, metrics, and resuming.
///
/// The folder is a ``Checkpoint`` with, beside it, `metrics.jsonl` and `checkpoints/step-N/`, which
/// hold parameters (`model.safetensors`, the same file as the one above), the optimiser's moments
/// (`optimizer.safetensors`) and the run's state (`training.json`). A checkpoint's folder appears by one
/// renaming, so that its three files always belong together. `best/` is a ``Checkpoint`` of the moment at
/// which the held-out images were likeliest.
public struct TrainingRun: ~Copyable {
  /// What a run keeps beside the trainer's options.
  public struct Options: Sendable, Codable, Equatable {
    /// Time between two checkpoints, each with a validation; if it is given in seconds, at least twenty
    /// times as long as such a pair takes.
    public var checkpointInterval = Trainer.Length.seconds(60)
    /// Checkpoints to keep, the newest.
    public var keep = 2
    /// Most held-out images that a validation looks at; a new run takes fewer where these would take too
    /// much of its budget.
    public var validationImages = 512
    /// Steps whose mean is one line of the metrics.
    public var stepsPerLine = 10
    /// Whether the store has the training images' mirror images too, so that it can be built again.
    public var mirrored = false

    /// The usual ones.
    public init() {}
  }

  /// What happens during a run.
  public enum Event: Sendable {
    /// A step was made.
    case step(Trainer.Step)
    /// Getting ready took more than half of a budget of time: steps are made for as long again, and the
    /// run takes about `total` seconds.
    case delayed(preparation: Double, total: Double)
    /// So many of the held-out images have been scored.
    case validating(done: Int, of: Int)
    /// What the format's plainest coding spends is known of so many of the held-out images.
    case measuringBaseline(done: Int, of: Int)
    /// The held-out images were scored after the step of this number.
    case validation(step: Int, Trainer.Validation)
    /// A checkpoint is being written.
    case saving(step: Int)
    /// A checkpoint is on disk.
    case checkpoint(step: Int)
  }

  /// The validation at which the held-out images were likeliest.
  public struct Best: Sendable, Codable, Equatable {
    /// Steps made before it.
    public let step: Int
    /// Mean negative log likelihood of a token, in nats.
    public let loss: Double
    /// Bits for each image, its end token included.
    public let bitsPerImage: Double
    /// The same as a share of what the format's plainest coding spends.
    public let baselineShare: Double?
  }

  /// The run's folder.
  public let folder: URL
  /// What the run keeps.
  public internal(set) var options: Options
  /// The trainer, at the run's present.
  public internal(set) var trainer: Trainer
  /// The best validation so far, whose model is in ``bestFolder(of:)``.
  public internal(set) var best: Best?
  /// The learning rates at which the run was left and at which it goes on, where another budget makes
  /// them differ.
  package let rates: (before: Float, now: Float)?

  /// The model as it is now, its tokenizer and its codec.
  public let checkpoint: Checkpoint
  let data: TokenStore
  let pool: WorkerPool
  private let lock: FolderLock
  /// Measured at the first validation.
  var baselineBits: Int?
  var metrics: MetricsFile
  /// The run's state at the last checkpoint, if there is one.
  var last: Trainer.State?
  private var pauses = Pauses()

  /// What the run's validations, checkpoints and reports of them take, in seconds.
  private struct Pauses {
    /// The last validation with its checkpoint.
    var last = 0.0
    /// The longest report of a checkpoint, or what is expected of it.
    var report = 0.0
    /// Whether there was such a report.
    var isMeasured = false
    /// When the last of all ended.
    var end = 0.0
  }

  /// What tells the run the time.
  package var time: TimeSource {
    get { trainer.time }
    set { trainer.time = newValue }
  }

  /// Steps up to the last checkpoint, if there is one.
  package var checkpointStep: Int? { last?.step }

  /// A new run in a folder that holds none; ``run(after:reserving:_:)`` starts it.
  ///
  /// - Parameters:
  ///   - checkpoint: the model to train, in place, its tokenizer and its codec.
  ///   - data: the images.
  ///   - trainerOptions: what determines the run.
  ///   - options: what it keeps.
  ///   - folder: where; it is made if it is not there.
  ///   - recomputing: see ``Trainer``.
  ///   - pool: threads to work with.
  /// - Throws: ``InvalidSetting``, ``TrainingError/runExists(path:)``, ``TrainingError/modelExists(path:)``,
  ///   ``FileError``, ``NumericsError``.
  public init(
    _ checkpoint: Checkpoint, _ data: TokenStore, _ trainerOptions: Trainer.Options,
    _ options: Options = Options(), in folder: URL, recomputing: Bool = false,
    pool: WorkerPool = .shared
  ) throws {
    try self.init(
      checkpoint, data, trainerOptions, options, in: folder, lock: nil, recomputing: recomputing,
      pool: pool)
  }

  /// The same in a folder whose lock the caller may have taken already.
  package init(
    _ checkpoint: Checkpoint, _ data: TokenStore, _ trainerOptions: Trainer.Options,
    _ options: Options = Options(), in folder: URL, lock: consuming FolderLock?,
    recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
    try options.validate()
    try Self.checkIsFree(folder)
    try Folders.make(folder)
    let lock = try lock ?? FolderLock(folder)
    let trainer = try Trainer(
      checkpoint.model, data, trainerOptions, recomputing: recomputing, pool: pool)
    try checkpoint.writeDescription(to: folder)
    let metrics = try MetricsFile(folder, keepingUpTo: nil)
    self.folder = folder
    self.options = options
    self.trainer = trainer
    self.checkpoint = checkpoint
    self.metrics = metrics
    self.data = data
    self.pool = pool
    self.lock = lock
    rates = nil
  }

  /// Goes on with a folder's run from its newest checkpoint, as if nothing had happened.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - data: the images it was started with.
  ///   - budget: the run's length in all, if it is to be another than before.
  ///   - keep: how many checkpoints to keep, if other than before.
  ///   - recomputing: see ``Trainer``.
  ///   - pool: threads to work with.
  /// - Throws: ``TrainingError``, ``FileError``, ``NumericsError``.
  public init(
    resuming folder: URL, _ data: TokenStore, budget: Trainer.Length? = nil, keep: Int? = nil,
    recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
    try self.init(
      resuming: folder, data, budget: budget, keep: keep, lock: nil, recomputing: recomputing,
      pool: pool)
  }

  /// The same in a folder whose lock the caller may have taken already.
  package init(
    resuming folder: URL, _ data: TokenStore, budget: Trainer.Length? = nil, keep: Int? = nil,
    lock: consuming FolderLock?, recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
    // Before the lock, which a folder that is not there cannot have.
    _ = try Self.newestCheckpoint(in: folder)
    let lock = try lock ?? FolderLock(folder)
    let newest = try Self.newestCheckpoint(in: folder)
    var record = try Self.record(of: folder)
    guard record.dataKey == data.key else {
      throw TrainingError.changed(path: folder.path, what: "the images or their canonical form")
    }
    let rate = record.rate
    if let budget, budget != record.trainer.budget {
      record.trainer.budget = budget
      record.state.plan?.least = 0
    }
    if let keep { record.run.keep = keep }
    _ = try Self.opened(Checkpoint.weightsFile, of: newest)
    let moments = try Self.opened(Self.momentsFile, of: newest)
    try Self.publish(newest, in: folder)
    let checkpoint = try Checkpoint(folder)
    if let fault = record.impossibility(context: checkpoint.configuration.contextLength) {
      throw FileError.malformed(
        path: newest.appendingPathComponent(Self.stateFile).path,
        reason: DamagedCheckpoint(fault: fault, checkpoint: newest.path))
    }
    let trainer = try Trainer(
      checkpoint.model, data, record.trainer, state: record.state,
      recomputing: recomputing, pool: pool)
    let layout = try checkpoint.model.layout.buffer
    try moments.load(layout, prefix: "first.", into: trainer.optimizer.first)
    try moments.load(layout, prefix: "second.", into: trainer.optimizer.second)
    let metrics = try MetricsFile(folder, keepingUpTo: record.state.step)
    let best = try Self.kept(record.best, checkpoint, in: folder)
    self.folder = folder
    self.options = record.run
    self.trainer = trainer
    self.checkpoint = checkpoint
    self.metrics = metrics
    self.data = data
    self.pool = pool
    self.lock = lock
    last = record.state
    rates = record.rate == rate ? nil : (rate, record.rate)
    self.best = best
  }

  /// What the newest checkpoint of a folder says of its run.
  package static func record(of folder: URL) throws -> RunRecord {
    let newest = try newestCheckpoint(in: folder)
    let url = newest.appendingPathComponent(stateFile)
    do {
      return try RunRecord(contentsOf: url)
    } catch FileError.malformed(let path, let reason) where !(reason is RunFault) {
      throw FileError.malformed(
        path: path, reason: DamagedCheckpoint(fault: reason, checkpoint: newest.path))
    }
  }

  /// Steps until the budget is used up, with validations and checkpoints on the way and at the end.
  ///
  /// A budget of seconds is the time of the clock from the run's beginning, what is between the steps
  /// included. Where getting ready took most of it, steps are made for as long again.
  ///
  /// - Parameters:
  ///   - preparation: seconds that have gone by for the run's sake before the call.
  ///   - reserve: seconds that `report` may need for the last checkpoint; of a budget of time they are
  ///     kept until such reports were measured.
  ///   - report: told what happens; what it throws ends the run, after a checkpoint if there has been one.
  /// - Throws: ``TrainingError``, ``FileError``; what `report` throws.
  public mutating func run(
    after preparation: Double = 0, reserving reserve: Double = 0,
    _ report: (Event) throws -> Void
  ) throws {
    if last != nil, trainer.isFinished { return }
    let begun = trainer.state.seconds
    trainer.state.seconds += preparation
    trainer.countTime()
    pauses.report = reserve
    if last == nil {
      let start = trainer.state.seconds
      let step = try limitValidations(report)
      try validate(report)
      try save(report)
      trainer.countTime()
      pauses.last = trainer.state.seconds - start
      var plan = Trainer.Plan()
      plan.first = trainer.state.seconds
      plan.reserve = pauses.last + pauses.report + step / 2
      trainer.state.plan = plan
    } else if trainer.state.plan == nil {
      // Stopped before the first step, or written by an earlier version.
      var plan = Trainer.Plan(reserve: reserve)
      if trainer.state.step == 0 { plan.first = trainer.state.seconds }
      trainer.state.plan = plan
    }
    try plan(since: begun, report)
    pauses.end = trainer.state.seconds
    while !trainer.isFinished {
      let step = try step()
      try metrics.add(
        step, at: trainer.state.seconds, isLast: trainer.isFinished, every: options.stepsPerLine)
      try tell(report, .step(step))
      if trainer.isFinished || isCheckpointDue {
        let isLast = trainer.isFinished
        try pause(report)
        if !isLast { trainer.state.plan?.reserve = pauses.last + pauses.report + step.seconds / 2 }
      }
    }
  }

  /// Lets a budget of time last for as long again as getting ready took.
  private mutating func plan(
    since begun: Double, _ report: (Event) throws -> Void
  ) throws {
    guard case .seconds(let budget) = trainer.options.budget, var plan = trainer.state.plan
    else { return }
    let preparation = trainer.state.seconds - begun
    let least = begun + 2 * preparation
    if least > plan.end(budget) {
      plan.least = least
      try report(.delayed(preparation: preparation, total: least + plan.reserve))
    }
    trainer.state.plan = plan
  }

  /// A validation and a checkpoint.
  private mutating func pause(_ report: (Event) throws -> Void) throws {
    let start = trainer.state.seconds
    try validate(report)
    try save(report)
    trainer.countTime()
    let saved = trainer.state.seconds
    try report(.checkpoint(step: trainer.state.step))
    trainer.countTime()
    pauses.last = saved - start
    pauses.end = trainer.state.seconds
    // The first says more than what was expected.
    let reported = pauses.end - saved
    pauses.report = pauses.isMeasured ? max(pauses.report, reported) : reported
    pauses.isMeasured = true
  }

  /// Reports; what that throws ends the run, after a checkpoint of all that is good.
  mutating func tell(_ report: (Event) throws -> Void, _ event: Event) throws {
    do {
      try report(event)
    } catch {
      try stop()
      throw error
    }
  }

  /// A checkpoint of all that is good, if there has been one before.
  mutating func stop() throws {
    try metrics.flush()
    trainer.countTime()
    guard !trainer.isOmitting, let last, last.step != trainer.state.step else { return }
    try save { _ in }
  }

  /// A step of the trainer; when it finds no way on, the last checkpoint stays as it is.
  private mutating func step() throws -> Trainer.Step {
    do {
      return try trainer.step()
    } catch TrainingError.notFinite(let step, let fault) {
      try metrics.flush()
      throw TrainingError.diverged(
        path: folder.path, checkpoint: last?.step, step: step, fault: fault)
    }
  }

  /// Validations and checkpoints take a twentieth of the time at most.
  private static let stepsToPauses = 20.0

  private var isCheckpointDue: Bool {
    switch options.checkpointInterval {
    case .steps(let steps): trainer.state.step - (last?.step ?? 0) >= steps
    case .seconds(let seconds):
      // At the end there is one anyway.
      trainer.state.seconds - pauses.end >= max(seconds, Self.stepsToPauses * pauses.last)
        && trainer.remainingForSteps > pauses.last + pauses.report
    }
  }
}
