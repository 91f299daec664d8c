import Foundation

extension TrainingRun {
  /// Share of a budget that one validation may take; a run has two at least.
  private static let validationShare = 0.025
  /// Share of a budget of time up to which a validation has ``fewestImages``.
  private static let largestShare = 0.1
  /// Images without which a validation says little.
  private static let fewestImages = 16.0
  /// A training step's cost of a token to a validation's: the backward pass takes as long as two forward.
  private static let stepToValidation = 3.0

  /// Settles for the whole run how many images a validation looks at, and returns about how many seconds
  /// a step will take, where that was measured.
  ///
  /// For a budget of steps the number depends on numbers of tokens alone.
  mutating func limitValidations(_ report: (Event) throws -> Void) throws -> Double {
    let tokensPerImage = data.statistics.mean + 1
    let training = trainer.options
    let tokensPerStep = Double(training.batch * training.context * training.microBatches)
    let images: Double
    var step = 0.0
    switch training.budget {
    case .steps(let steps):
      let tokens = Self.validationShare * Self.stepToValidation * Double(steps) * tokensPerStep
      images = max(tokens / tokensPerImage, Self.fewestImages)
    case .seconds(let budget):
      let most = options.validationImages
      try tell(report, .validating(done: 0, of: min(most, data.heldOutIndices.count)))
      let seconds = trainer.validationSecondsPerToken(limit: most)
      step = Self.stepToValidation * seconds * tokensPerStep
      trainer.countTime()
      // What is read in more than half of the budget makes the run longer.
      let time = max(budget, 2 * trainer.state.seconds)
      let affordable = time / max(seconds * tokensPerImage, 1e-12)
      images = max(
        Self.validationShare * affordable,
        min(Self.fewestImages, Self.largestShare * affordable))
    }
    options.validationImages = max(1, Int(min(images, Double(options.validationImages))))
    return step
  }

  /// Scores the held-out images.
  mutating func validate(_ report: (Event) throws -> Void) throws {
    var validation: Trainer.Validation
    do {
      validation = try trainer.validate(limit: options.validationImages) { done, all in
        try report(.validating(done: done, of: all))
      }
      if baselineBits == nil, validation.loss.isFinite {
        baselineBits = try measureBaseline(report)
      }
    } catch {
      try stop()
      throw error
    }
    guard validation.loss.isFinite else {
      throw TrainingError.validationDiverged(
        path: folder.path, checkpoint: last?.step, step: trainer.state.step)
    }
    validation.baselineShare =
      validation.bitsPerImage * Double(validation.images) / Double(max(baselineBits ?? 0, 1))
    if validation.loss < best?.loss ?? .infinity {
      best = Best(
        step: trainer.state.step, loss: validation.loss, bitsPerImage: validation.bitsPerImage,
        baselineShare: validation.baselineShare)
    }
    trainer.countTime()
    try metrics.add(validation, trainer.state)
    try tell(report, .validation(step: trainer.state.step, validation))
  }

  /// What the format's plainest coding spends on the images of a validation.
  private func measureBaseline(_ report: (Event) throws -> Void) throws -> Int {
    let (images, codec) = (
      data.heldOutIndices(limit: options.validationImages), try checkpoint.codec.makeCodec()
    )
    // A clip may take a while.
    let together = 4 * pool.threads
    var sum = 0
    for first in stride(from: 0, to: images.count, by: together) {
      let part = images[first..<min(first + together, images.count)]
      let bits = pool.map(part.count) { [data] index in
        Result {
          try codec.baselineBits(of: data.tokenizer.decode(data.tokens(of: part[first + index])))
        }
      }
      sum += try bits.reduce(0) { $0 + (try $1.get()) }
      try report(.measuringBaseline(done: first + part.count, of: images.count))
    }
    return sum
  }
}
