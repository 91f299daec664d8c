public import Foundation

/// A training run in a folder: a checkpoint that is always whole, metrics, and resuming.
///
/// The folder is a ``Checkpoint`` with, beside it, `metrics.jsonl` and `checkpoints/step-N/`, which
/// hold parameters (`model.safetensors`, the same file as the one above), the optimiser's moments
/// (`optimizer.safetensors`) and the run's state (`training.json`). A checkpoint's folder appears by one
/// renaming, so that its three files always belong together.
public struct TrainingRun: ~Copyable {
  /// What a run keeps beside the trainer's options.
  public struct Options: Sendable, Codable, Equatable {
    /// Time between two checkpoints, each with a validation.
    public var checkpointInterval = Trainer.Length.seconds(60)
    /// Checkpoints to keep, the newest.
    public var keep = 2
    /// Most held-out images that a validation looks at.
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
    /// The held-out images were scored after the step of this number.
    case validation(step: Int, Trainer.Validation)
    /// A checkpoint is on disk.
    case checkpoint(step: Int)
  }

  /// The run's folder.
  public let folder: URL
  /// What the run keeps.
  public let options: Options
  /// The trainer, at the run's present.
  public private(set) var trainer: Trainer

  /// The model as it is now, its tokenizer and its codec.
  public let checkpoint: Checkpoint
  private let data: TokenStore
  private let pool: WorkerPool
  private let lock: FolderLock
  /// Measured at the first validation.
  private var baselineBits: Int?
  private var metrics: MetricsFile
  /// The run's state at the last checkpoint, if there is one.
  private var last: Trainer.State?

  /// A new run in a folder that holds none; ``run(_:)`` starts it.
  ///
  /// - Parameters:
  ///   - checkpoint: the model to train, in place, its tokenizer and its codec.
  ///   - data: the images.
  ///   - trainerOptions: what determines the run.
  ///   - options: what it keeps.
  ///   - folder: where; it is made if it is not there.
  ///   - lock: the folder's, if the caller has taken it already.
  ///   - recomputing: see ``Trainer``.
  ///   - pool: threads to work with.
  /// - Throws: ``TrainingError/runExists(path:)``, ``TrainingError/modelExists(path:)``, ``FileError``,
  ///   ``NumericsError``.
  public init(
    _ checkpoint: Checkpoint, _ data: TokenStore, _ trainerOptions: Trainer.Options,
    _ options: Options = Options(), in folder: URL, lock: consuming FolderLock? = nil,
    recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
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
    last = nil
  }

  /// Goes on with a folder's run from its newest checkpoint, as if nothing had happened.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - data: the images it was started with.
  ///   - budget: the run's length in all, if it is to be another than before.
  ///   - keep: how many checkpoints to keep, if other than before.
  ///   - lock: the folder's, if the caller has taken it already.
  ///   - recomputing: see ``Trainer``.
  ///   - pool: threads to work with.
  /// - Throws: ``TrainingError``, ``FileError``, ``NumericsError``.
  public init(
    resuming folder: URL, _ data: TokenStore, budget: Trainer.Length? = nil, keep: Int? = nil,
    lock: consuming FolderLock? = nil, recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
    // Before the lock, which a folder that is not there cannot have.
    _ = try Self.newestCheckpoint(in: folder)
    let lock = try lock ?? FolderLock(folder)
    let newest = try Self.newestCheckpoint(in: folder)
    var record = try Self.record(of: folder)
    guard record.dataKey == data.key else {
      throw TrainingError.changed(path: folder.path, what: "the images or their canonical form")
    }
    if let budget { record.trainer.budget = budget }
    if let keep { record.run.keep = keep }
    _ = try Self.opened(Checkpoint.weightsFile, of: newest)
    let moments = try Self.opened(Self.momentsFile, of: newest)
    try Self.publish(newest, in: folder)
    let checkpoint = try Checkpoint(folder)
    if let reason = record.impossibility(context: checkpoint.configuration.contextLength) {
      throw Self.malformed(newest.appendingPathComponent(Self.stateFile), reason, newest)
    }
    let trainer = try Trainer(
      checkpoint.model, data, record.trainer, state: record.state,
      recomputing: recomputing, pool: pool)
    let layout = try checkpoint.model.layout.buffer
    try moments.load(layout, prefix: "first.", into: trainer.optimizer.first)
    try moments.load(layout, prefix: "second.", into: trainer.optimizer.second)
    let metrics = try MetricsFile(folder, keepingUpTo: record.state.step)
    self.folder = folder
    self.options = record.run
    self.trainer = trainer
    self.checkpoint = checkpoint
    self.metrics = metrics
    self.data = data
    self.pool = pool
    self.lock = lock
    last = record.state
  }

  /// What the run in a folder was started with.
  ///
  /// - Throws: ``TrainingError/nothingToResume(path:)``, ``FileError``.
  public static func options(of folder: URL) throws -> Options { try record(of: folder).run }

  /// The ``TokenStore/key`` of the images that the run in a folder was started with.
  ///
  /// - Throws: ``TrainingError/nothingToResume(path:)``, ``FileError``.
  package static func dataKey(of folder: URL) throws -> UInt64 { try record(of: folder).dataKey }

  /// What the newest checkpoint of a folder says of its run.
  static func record(of folder: URL) throws -> RunRecord {
    let newest = try newestCheckpoint(in: folder)
    let url = newest.appendingPathComponent(stateFile)
    do {
      return try JSONFile.read(RunRecord.self, url)
    } catch FileError.malformed(_, let reason) {
      throw malformed(url, reason, newest)
    }
  }

  /// Checks that a new run would replace nothing in a folder: neither a run nor a model.
  ///
  /// - Throws: ``TrainingError/runExists(path:)``, ``TrainingError/modelExists(path:)``.
  public static func checkIsFree(_ folder: URL) throws(TrainingError) {
    if exists(in: folder) { throw .runExists(path: folder.path) }
    let names = (try? Folders.names(in: folder)) ?? []
    if names.contains(where: { $0.hasSuffix(".safetensors") || $0.hasSuffix(".bin") }) {
      throw .modelExists(path: folder.path)
    }
  }

  /// Whether a folder holds a run that could be resumed.
  public static func exists(in folder: URL) -> Bool { !checkpoints(in: folder).isEmpty }

  /// Steps until the budget is used up, with validations and checkpoints on the way and at the end.
  ///
  /// - Throws: ``TrainingError``, ``FileError``; what `report` throws, after a checkpoint.
  public mutating func run(_ report: (Event) throws -> Void) throws {
    if last == nil {
      try validate(report)
      try save()
    }
    while !trainer.isFinished {
      let step = try step()
      try metrics.add(step, isLast: trainer.isFinished, every: options.stepsPerLine)
      try tell(report, .step(step))
      if trainer.isFinished || isCheckpointDue {
        try validate(report)
        try save()
        try report(.checkpoint(step: step.step))
      }
    }
  }

  /// Reports; what that throws ends the run, after a checkpoint of all that is good.
  private mutating func tell(_ report: (Event) throws -> Void, _ event: Event) throws {
    do {
      try report(event)
    } catch {
      try metrics.flush()
      if !trainer.isOmitting, last != nil, last != trainer.state { try save() }
      throw error
    }
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

  /// What the format's plainest coding spends on the images of a validation.
  private func measureBaseline() throws -> Int {
    let (images, codec) = (
      data.heldOutIndices(limit: options.validationImages), try checkpoint.codec.makeCodec()
    )
    let bits = pool.map(images.count) { [data] index in
      Result {
        try codec.baselineBits(of: data.tokenizer.decode(data.tokens(of: images[index])))
      }
    }
    return try bits.reduce(0) { $0 + (try $1.get()) }
  }

  private var isCheckpointDue: Bool {
    switch options.checkpointInterval {
    case .steps(let steps): trainer.state.step - (last?.step ?? 0) >= steps
    case .seconds(let seconds): trainer.state.seconds - (last?.seconds ?? 0) >= seconds
    }
  }

  private mutating func validate(_ report: (Event) throws -> Void) throws {
    var validation = trainer.validate(limit: options.validationImages)
    guard validation.loss.isFinite else {
      throw TrainingError.validationDiverged(
        path: folder.path, checkpoint: last?.step, step: trainer.state.step)
    }
    baselineBits = try baselineBits ?? measureBaseline()
    validation.baselineShare =
      validation.bitsPerImage * Double(validation.images) / Double(max(baselineBits ?? 0, 1))
    try metrics.add(validation, trainer.state)
    try tell(report, .validation(step: trainer.state.step, validation))
  }
}

extension TrainingRun {
  private static let checkpointsFolder = "checkpoints"
  private static let stateFile = "training.json"
  private static let momentsFile = "optimizer.safetensors"
  /// Of a checkpoint that is being written.
  private static let temporarySuffix = ".tmp"

  /// The folders of complete checkpoints, oldest first.
  private static func checkpoints(in folder: URL) -> [URL] {
    let parent = folder.appendingPathComponent(checkpointsFolder)
    let names = (try? Folders.names(in: parent)) ?? []
    return names.filter { $0.hasPrefix("step-") }.sorted()
      .map { parent.appendingPathComponent($0) }
  }

  /// The folder of the newest complete checkpoint.
  private static func newestCheckpoint(in folder: URL) throws(TrainingError) -> URL {
    guard let newest = checkpoints(in: folder).last else {
      throw .nothingToResume(path: folder.path)
    }
    return newest
  }

  /// A file of a checkpoint, whose checksum is right.
  private static func opened(_ name: String, of checkpoint: URL) throws -> SafeTensors {
    do {
      return try SafeTensors(checkpoint.appendingPathComponent(name))
    } catch FileError.malformed(_, let reason) {
      throw malformed(checkpoint.appendingPathComponent(name), reason, checkpoint)
    }
  }

  /// That a file of a checkpoint is damaged, and the way out.
  private static func malformed(_ file: URL, _ reason: String, _ checkpoint: URL) -> FileError {
    .malformed(
      path: file.path,
      reason: "\(reason); remove \(checkpoint.path), and --resume goes on from the one before")
  }

  /// Writes a checkpoint, makes it the folder's own, and removes old ones.
  private mutating func save() throws {
    // A run that is killed goes on from here, and has no lines of what was before it.
    try metrics.flush()
    let parent = folder.appendingPathComponent(Self.checkpointsFolder)
    let name = "step-\(trainer.state.step.padded(to: 8))"
    let (temporary, final) = (
      parent.appendingPathComponent(".\(name)\(Self.temporarySuffix)"),
      parent.appendingPathComponent(name)
    )
    for name in try Folders.names(in: parent) where name.hasSuffix(Self.temporarySuffix) {
      try? FileManager.default.removeItem(at: parent.appendingPathComponent(name))
    }
    try Folders.make(temporary)
    do {
      try checkpoint.writeWeights(
        to: temporary.appendingPathComponent(Checkpoint.weightsFile))
      try SafeTensors.write(
        [("first.", trainer.optimizer.first), ("second.", trainer.optimizer.second)],
        checkpoint.model.layout.buffer,
        to: temporary.appendingPathComponent(Self.momentsFile))
      try JSONFile.write(
        RunRecord(trainer: trainer.options, run: options, state: trainer.state, dataKey: data.key),
        to: temporary.appendingPathComponent(Self.stateFile))
      try? FileManager.default.removeItem(at: final)
      try Folders.rename(temporary, to: final)
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
    try Self.publish(final, in: folder)
    for old in Self.checkpoints(in: folder).dropLast(max(options.keep, 1)) {
      try? FileManager.default.removeItem(at: old)
    }
    last = trainer.state
  }

  /// Makes a checkpoint's parameters the folder's own, by a second name for the same file.
  private static func publish(_ checkpoint: URL, in folder: URL) throws {
    try Folders.link(
      checkpoint.appendingPathComponent(Checkpoint.weightsFile),
      to: folder.appendingPathComponent(Checkpoint.weightsFile))
  }
}

extension TrainingRun {
  /// How far a folder's run has come.
  public struct Summary: Sendable, Encodable {
    /// Optimiser steps.
    public let steps: Int
    /// Seconds spent in them.
    public let seconds: Double
    /// Tokens learnt from.
    public let tokens: Int
    /// Images learnt from.
    public let images: Int
    /// Bits for each byte of held-out streams, at the last validation.
    public let validationBitsPerByte: Double?
    /// Bits for each held-out image, at the last validation.
    public let validationBitsPerImage: Double?
    /// The same as a share of what the format's plainest coding spends.
    public let validationBaselineShare: Double?
  }

  /// What the newest checkpoint and the metrics say, or `nil` where there is no run.
  public static func summary(of folder: URL) -> Summary? {
    guard let record = try? record(of: folder) else { return nil }
    let validation = (try? RunMetrics(of: folder))?.validations.last
    return Summary(
      steps: record.state.step, seconds: record.state.seconds, tokens: record.state.tokens,
      images: record.state.images, validationBitsPerByte: validation?.bitsPerByte,
      validationBitsPerImage: validation?.bitsPerImage,
      validationBaselineShare: validation?.baselineShare)
  }
}
