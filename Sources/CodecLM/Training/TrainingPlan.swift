public import Foundation

/// What a training is made of, from the folder of images to the last step: what is not said is chosen from the
/// images, the time there is and the machine, and can be looked at and changed.
///
/// ``run(in:_:)`` does all of it. Step by step, ``streams(in:_:)`` brings the images into canonical form,
/// ``tokenizer(from:_:)`` learns tokens, ``data(in:_:)`` makes tokens of the images, by way of these two, and
/// ``begin(on:in:_:)`` makes the model and its run.
public struct TrainingPlan: Sendable {
  /// Where tokens come from.
  public enum TokenizerSource: Sendable, Equatable {
    /// Learnt from the training images.
    case learnt(TokenizerRecipe)
    /// A tokenizer that is there.
    case given(Tokenizer)
  }

  /// What a new model looks like.
  public enum Shape: Sendable, Equatable {
    /// With a budget of time the largest preset up to `small` that gets through enough tokens in it; with one of
    /// steps ``LlamaConfiguration/Preset/mini``.
    case suited
    /// A preset, for the tokenizer's vocabulary and the context that suits the images.
    case preset(LlamaConfiguration.Preset)
    /// As it is said.
    case configuration(LlamaConfiguration)
  }

  /// The images.
  public let images: MediaFolder
  /// A trained model to go on from; it brings its own shape.
  package let base: Checkpoint?
  /// The images' canonical form.
  public var profile: CodecProfile
  /// What a new model looks like.
  public var shape = Shape.suited
  /// How long to train; of a resumed run, in all from its beginning.
  public var budget: Trainer.Length
  /// The share of images that is kept for validation, in 0...1; at first `HeldOutSplit/share(of:)` of their
  /// number, or that of the model to go on from, so that no picture it learnt is taken for an unknown one.
  public var heldOutShare: Double
  /// Whether to train on each training image's mirror image too.
  public var isMirrored = false
  /// Whether a file that cannot be used is an error instead of being skipped.
  public var isStrict = false
  /// Positions of a row; `nil` for as many as suit the images and the model takes.
  public var context: Int?
  /// Rows of a batch; `nil` for 2,048 tokens in a batch: in the minutes to hours of a processor, many small steps
  /// learn more than few large ones.
  public var batch: Int?
  /// Batches whose gradients are added up for one step.
  public var microBatches = 1
  /// The peak learning rate; `nil` for 2 × 10⁻³ · √(192 / hidden size), and for 0.3 times that
  /// with a trained model, which a higher one makes forget more than it learns.
  public var learningRate: Float?
  /// The optimiser and its constants.
  public var optimizer = Optimizer.Options()
  /// Seed of the parameters and of the images' order.
  public var seed: UInt64 = 0
  /// Time between two checkpoints; `nil` for a minute, or a tenth of a shorter budget of time, often enough that
  /// the best of a short run's models is among its checkpoints.
  public var checkpointInterval: Trainer.Length?
  /// Checkpoints to keep, the newest.
  public var keep = TrainingRun.Options().keep
  /// See ``Trainer``; changes memory and speed only.
  public var recomputes = false
  /// Runs whose streams are taken over where they are those of these images in this form.
  package var relatedRuns: [URL] = []
  /// Threads to work with.
  public var pool: WorkerPool
  /// When the time of a budget begins.
  package var start = ContinuousClock.now

  private var chosenTokenizer: TokenizerSource?
  /// Of a resumed run, the key of its tokens.
  let expectedKey: UInt64?

  /// Where tokens come from: at first learnt inside symbols where streams hold symbols, for videos learnt from
  /// whole streams, and else bytes.
  public var tokenizer: TokenizerSource {
    get {
      if let chosenTokenizer { return chosenTokenizer }
      let insideSymbols = (try? profile.makeCodec()).map { $0.symbolStarts != ByteSet() } ?? false
      guard insideSymbols || profile.mediaKind == .videos else { return .given(.bytes) }
      return .learnt(TokenizerRecipe(insideSymbols: insideSymbols, for: profile))
    }
    set { chosenTokenizer = newValue }
  }

  /// A plan for a new model.
  ///
  /// - Parameters:
  ///   - images: what to train on.
  ///   - profile: the images' canonical form; by default ``CodecProfile/suited(to:pool:)``.
  ///   - minutes: the budget, of the clock, reading images included.
  ///   - pool: threads to work with.
  public init(
    for images: MediaFolder, profile: CodecProfile? = nil, minutes: Double = 10,
    pool: WorkerPool = .shared
  ) {
    self.init(
      images, profile ?? .suited(to: images, pool: pool), base: nil, expectedKey: nil,
      budget: .seconds(60 * minutes), pool)
  }

  /// A plan for going on from a trained model, with its profile and tokenizer.
  ///
  /// - Parameters:
  ///   - images: what to train on.
  ///   - base: the model, which is trained in place.
  ///   - minutes: the budget, of the clock, reading images included.
  ///   - pool: threads to work with.
  public init(
    for images: MediaFolder, from base: Checkpoint, minutes: Double = 10,
    pool: WorkerPool = .shared
  ) {
    self.init(
      images, base.codec, base: base, expectedKey: nil, budget: .seconds(60 * minutes), pool)
    tokenizer = .given(base.tokenizer)
  }

  /// A plan for going on with a run.
  ///
  /// ``budget``, ``keep``, ``recomputes``, ``isStrict`` and ``pool`` may change; what else determines the run is as
  /// it was.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - images: those it was begun with.
  ///   - pool: threads to work with.
  /// - Throws: ``TrainingError/nothingToResume(path:)``, ``FileError``, ``TokenizerError``.
  public init(resuming folder: URL, on images: MediaFolder, pool: WorkerPool = .shared) throws {
    let record = try TrainingRun.record(of: folder)
    self.init(
      images, try Checkpoint.codec(of: folder), base: nil, expectedKey: record.dataKey,
      budget: record.trainer.budget, pool)
    tokenizer = .given(try Tokenizer(contentsOf: folder))
    if let share = try ModelSplit.share(of: folder) { heldOutShare = share }
    isMirrored = record.run.mirrored
    keep = record.run.keep
  }

  private init(
    _ images: MediaFolder, _ profile: CodecProfile, base: Checkpoint?, expectedKey: UInt64?,
    budget: Trainer.Length, _ pool: WorkerPool
  ) {
    self.images = images
    self.profile = profile
    self.base = base
    self.expectedKey = expectedKey
    self.budget = budget
    self.pool = pool
    heldOutShare = base?.heldOutShare ?? HeldOutSplit.share(of: images.files.count)
  }

  /// Trains in a folder that holds no run, or goes on with the run that the plan was made for.
  ///
  /// - Parameters:
  ///   - folder: the run's; it is made if it is not there.
  ///   - report: told what is decided and what happens; what it throws ends the run, after a checkpoint if
  ///     there has been one.
  /// - Throws: ``StoreError``, ``TrainingPlanError``, ``TrainingError``, ``InvalidSetting``, ``FileError``; what
  ///   `report` throws.
  public func run(in folder: URL, _ report: (Event) throws -> Void = { _ in }) throws {
    if expectedKey == nil { try TrainingRun.checkIsFree(folder) }
    let lock = try TrainingRun.claim(folder)
    let data = try data(in: folder, report)
    var run = try begin(on: data, in: folder, lock: lock, report)
    try run.run(after: elapsed) { try report(.run($0)) }
  }

  /// Seconds of the budget that are over.
  package var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
}
