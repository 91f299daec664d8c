import Foundation

/// Trains a Llama on a store's images, one optimiser step at a time.
///
/// The only writer of its model's parameters.
public struct Trainer: ~Copyable {
  /// A stretch of training.
  public enum Length: Sendable, Equatable {
    /// This many optimiser steps.
    case steps(Int)
    /// This many seconds of the clock, from a run's beginning to its end.
    case seconds(Double)
  }

  /// What determines a run, together with its model and data.
  public struct Options: Sendable, Codable, Equatable {
    /// How long to train.
    public var budget: Length
    /// Rows in a micro-batch.
    public var batch = 8
    /// Positions in a row, at most the model's context length.
    public var context: Int
    /// Micro-batches whose gradients are added up for one step.
    public var microBatches = 1
    /// The learning rate over time.
    public var schedule: LearningRateSchedule
    /// The optimiser and its constants.
    public var optimizer = Optimizer.Options()
    /// Seed of the images' order.
    public var seed: UInt64 = 0

    /// Options with the usual constants.
    public init(budget: Length, context: Int, learningRate: Float = 2e-3) {
      self.budget = budget
      self.context = context
      schedule = LearningRateSchedule(peak: learningRate)
    }
  }

  /// What a step reports.
  public struct Step: Sendable {
    /// Steps so far, this one included.
    public let step: Int
    /// Mean negative log likelihood of the step's tokens, in nats.
    public let loss: Double
    /// The same in bits for each byte of the images' canonical streams.
    public let bitsPerByte: Double
    /// Learning rate of the step.
    public let learningRate: Float
    /// Norm of the gradient before clipping.
    public let gradientNorm: Double
    /// Tokens learnt from, padding not counted.
    public let tokens: Int
    /// Seconds the step took.
    public let seconds: Double
    /// Share of the budget used up, at most 1.
    package let progress: Double
    /// Estimate of the seconds left.
    package let remaining: Double
    /// Why the step changed nothing, if it did not.
    public let fault: Fault?

    /// Tokens a second.
    public var tokensPerSecond: Double { Double(tokens) / seconds }
  }

  /// Numbers that are infinite or not numbers, so that a step was left out.
  public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// What is not finite: loss or gradient.
    public let quantity: String
    /// The images of the step's batch.
    public let images: [String]

    /// What is not finite, and on which images.
    public var description: String {
      let more = images.count > 4 ? " and \(images.count - 4) more" : ""
      return "the \(quantity) is not finite on \(images.prefix(4).joined(separator: ", "))\(more)"
    }
  }

  /// How likely the held-out images are.
  public struct Validation: Sendable {
    /// Images looked at.
    public let images: Int
    /// Mean negative log likelihood of a token, in nats.
    public let loss: Double
    /// Bits for each byte of the canonical streams.
    public let bitsPerByte: Double
    /// Bits for each image, its end token included.
    public let bitsPerImage: Double
    /// The same as a share of what the format's plainest coding spends on the same images, where that
    /// is known; see ``Codec/baselineBits(of:)``.
    public internal(set) var baselineShare: Double?
  }

  /// Where a run stands, beside parameters and moments.
  public struct State: Sendable, Codable, Equatable {
    /// Steps made.
    public var step = 0
    /// Seconds of the clock that the run has taken: steps and all that was between them.
    public var seconds = 0.0
    /// Tokens learnt from.
    public var tokens = 0
    /// Images learnt from.
    public var images = 0
    /// The images' order.
    package var sampler = BatchSampler.State()
    /// When steps are made; `nil` before the first step.
    package var plan: Plan?

    /// The beginning.
    public init() {}
  }

  /// The model being trained.
  public let model: Llama
  /// What determines the run.
  public let options: Options
  /// Where the run stands.
  public internal(set) var state: State
  /// What tells the time.
  package var time = TimeSource.system

  let optimizer: Optimizer
  private let objective: any Objective
  private let data: TokenStore
  private let gradients: LlamaParameters
  private let graph: LlamaGraph
  private var sampler: BatchSampler
  /// Steps left out since the last that was made.
  private var omitted = 0
  /// Up to when the state counts its seconds.
  private var counted: Double?

  /// Whether the last step was left out, so that parameters may be past use.
  var isOmitting: Bool { omitted > 0 }

  /// Steps that may be left out in a row.
  private static let mostOmitted = 3

  /// A trainer at the beginning of a run, or where `state` says, if the model's parameters are those
  /// of that moment and the moments are loaded into its optimiser.
  ///
  /// - Parameters:
  ///   - model: what is trained, in place.
  ///   - data: the images.
  ///   - options: what determines the run.
  ///   - state: where it stands.
  ///   - objective: what is minimised.
  ///   - recomputing: see `LlamaGraph/init(_:capacity:longest:positions:recomputing:pool:)`; changes
  ///     memory and speed only.
  ///   - pool: threads to work with; results do not depend on their number.
  /// - Throws: ``InvalidSetting``, ``NumericsError/outOfMemory(bytes:)``, `BatchSamplerError` when `state` is
  ///   another's.
  public init(
    _ model: Llama, _ data: TokenStore, _ options: Options, state: State = State(),
    objective: any Objective = MaximumLikelihood(), recomputing: Bool = false,
    pool: WorkerPool = .shared
  ) throws {
    try options.validate(contextLength: model.configuration.contextLength)
    let gradients = try FloatBuffer(count: model.layout.buffer.count)
    let optimizer = try Optimizer(model.layout, options.optimizer, pool: pool)
    let graph = try LlamaGraph(
      model, capacity: options.batch * options.context,
      longest: min(data.longestPositionCount, options.context), recomputing: recomputing,
      pool: pool)
    let sampler = try BatchSampler(
      data, rows: options.batch, context: options.context, seed: options.seed,
      state: state.sampler)
    self.model = model
    self.data = data
    self.options = options
    self.state = state
    self.objective = objective
    self.gradients = LlamaParameters(model.layout, gradients)
    self.optimizer = optimizer
    self.graph = graph
    self.sampler = sampler
  }

  /// Bytes of parameters, gradients, moments and activations: what a step needs, to a few percent.
  package var memory: Int {
    2 * 4 * model.layout.buffer.count + optimizer.bytes + graph.arenaBytes
  }

  /// Counts the time up to now, from the first call on, as the run's.
  mutating func countTime() {
    let now = time.now()
    if let counted { state.seconds += now - counted }
    counted = now
  }

  /// One optimiser step; allocates no float buffer.
  ///
  /// Where loss or gradient are not finite, parameters and moments stay as they are, and the step says so.
  ///
  /// - Throws: ``TrainingError/notFinite(step:fault:)`` at the fourth such step in a row.
  public mutating func step() throws -> Step {
    countTime()
    let start = time.now()
    let batches = (0..<options.microBatches).map { _ in sampler.next() }
    let predictions = batches.reduce(0) { $0 + $1.predictions }
    gradients.buffer.zero()
    var loss = 0.0
    for batch in batches {
      loss += accumulateGradients(of: batch, scale: 1 / Float(max(predictions, 1)))
    }
    let norm = optimizer.norm(gradients.buffer)
    let fault = fault(loss: loss, norm: norm, batches)
    omitted = fault == nil ? 0 : omitted + 1
    if let fault, omitted > Self.mostOmitted {
      throw TrainingError.notFinite(step: state.step + 1, fault: fault)
    }
    let rate = options.schedule.rate(at: progress(midOf: time.now() - start))
    if fault == nil {
      optimizer.update(
        model.parameters.buffer, gradients: gradients.buffer, norm: norm, step: state.step + 1,
        learningRate: rate)
    }

    let elapsed = time.now() - start
    state.step += 1
    countTime()
    state.tokens += predictions
    state.images += batches.reduce(0) { $0 + $1.images }
    state.sampler = sampler.state
    let bytes = batches.reduce(0) { $0 + $1.bytes }
    return Step(
      step: state.step, loss: loss / Double(max(predictions, 1)),
      bitsPerByte: loss / M_LN2 / Double(max(bytes, 1)), learningRate: rate, gradientNorm: norm,
      tokens: predictions, seconds: elapsed, progress: progress, remaining: remaining,
      fault: fault)
  }

  /// Adds scale × the objective's gradients on a batch, and returns the batch's likelihood: Σ losses.
  private func accumulateGradients(of batch: TokenBatch, scale: Float) -> Double {
    let losses = graph.losses(of: LlamaInputs(batch), beforeBackward: true)
    let weights = objective.weights(of: losses, in: batch)
    graph.backward(weights: weights.map { $0 * scale }, into: gradients)
    return losses.reduce(0.0) { $0 + Double($1) }
  }

  private func fault(loss: Double, norm: Double, _ batches: [TokenBatch]) -> Fault? {
    if loss.isFinite, norm.isFinite { return nil }
    return Fault(
      quantity: loss.isFinite ? "gradient" : "loss",
      images: batches.flatMap(\.sources).map(data.name))
  }

  /// Steps until the budget is used up; `report` may throw to stop.
  public mutating func run(_ report: (Step) throws -> Void) throws {
    while !isFinished { try report(try step()) }
  }

  /// How likely at most `limit` held-out images are under the model as it is.
  ///
  /// - Parameters:
  ///   - limit: the most images that are looked at.
  ///   - progress: called now and then with the images done and those there are; what it throws ends the
  ///     validation.
  public func validate(
    limit: Int = 512, progress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) rethrows -> Validation {
    let batches = HeldOutBatches(
      data, rows: options.batch, context: options.context, limit: limit)
    let all = min(limit, data.heldOutIndices.count)
    var (nats, predictions, images, bytes) = (0.0, 0, 0, 0)
    try progress(0, all)
    for batch in batches {
      nats += losses(batch).reduce(0.0) { $0 + Double($1) }
      predictions += batch.predictions
      images += batch.images
      bytes += batch.bytes
      try progress(images, all)
    }
    let bits = nats / M_LN2
    return Validation(
      images: images, loss: nats / Double(predictions), bitsPerByte: bits / Double(max(bytes, 1)),
      bitsPerImage: bits / Double(max(images, 1)))
  }

  /// Seconds that a held-out token takes, measured on one batch of at most `limit` images.
  func validationSecondsPerToken(limit: Int) -> Double {
    var batches = HeldOutBatches(
      data, rows: options.batch, context: options.context, limit: limit)
    guard let batch = batches.next() else { return 0 }
    let start = time.now()
    _ = losses(batch)
    return max(time.now() - start, 0) / Double(max(batch.predictions, 1))
  }

  private func losses(_ batch: TokenBatch) -> [Float] {
    graph.losses(of: LlamaInputs(batch))
  }
}
