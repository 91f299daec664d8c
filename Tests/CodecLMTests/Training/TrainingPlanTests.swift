import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct TrainingPlanTests {
  private let folder: TemporaryFolder
  private let images: MediaFolder
  private var run: URL { folder("run") }

  init() throws {
    folder = try TemporaryFolder()
    try TestImages.write(0..<12, to: folder("images"))
    images = try MediaFolder(folder("images"), maximumPixels: 300)
  }

  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan(for: images)
    plan.shape = .preset(.nano)
    plan.budget = .steps(2)
    change(&plan)
    return plan
  }

  @Test func `what is not said is what the program takes`() throws {
    let plan = TrainingPlan(for: images)
    let profile = CodecProfile.jpeg(
      JPEGProfile(size: 16, quality: 25, subsampling: .grayscale, stream: .symbols))
    #expect(plan.profile == profile)
    var recipe = TokenizerRecipe(insideSymbols: true, for: profile)
    #expect(recipe.vocabulary == 1_024 && recipe.limits.images == 10_000)
    #expect(plan.tokenizer == .learnt(recipe))
    #expect(plan.budget == .seconds(600))
    #expect(plan.shape == .suited)
    #expect(plan.heldOutShare == 0.2)
    #expect(plan.optimizer == Optimizer.Options(muon: Muon.Options()))
    #expect(!plan.isMirrored && !plan.isStrict && !plan.recomputes)
    #expect(plan.microBatches == 1 && plan.seed == 0 && plan.keep == 2)
    #expect(plan.runOptions.checkpointInterval == .seconds(60))
    let options = plan.trainerOptions(
      .preset(.mini, vocabulary: 300, contextLength: 512), row: 512)
    #expect(options.batch == 4 && options.schedule.peak == 2e-3)
    recipe = TokenizerRecipe(insideSymbols: false, for: profile)
    #expect(recipe.vocabulary == 320)
  }

  @Test(arguments: [(JPEGProfile.Stream.symbols, true), (.scan, false), (.full, false)])
  func `tokens follow the profile's streams until they are chosen`(
    stream: JPEGProfile.Stream, areLearnt: Bool
  ) {
    let profile = CodecProfile.jpeg(JPEGProfile(size: 16, stream: stream))
    var plan = TrainingPlan(for: images)
    plan.profile = profile
    #expect(
      plan.tokenizer
        == (areLearnt
          ? .learnt(TokenizerRecipe(insideSymbols: true, for: profile)) : .given(.bytes)))
    plan.tokenizer = .learnt(TokenizerRecipe(insideSymbols: false, for: profile))
    plan.profile = TestImages.profile()
    #expect(plan.tokenizer == .learnt(TokenizerRecipe(insideSymbols: false, for: profile)))
  }

  @Test func `videos have the paper's form, and longer tokens`() {
    let plan = TrainingPlan(for: images, profile: .avc(AVCProfile()))
    let recipe = TokenizerRecipe(insideSymbols: false, for: plan.profile)
    #expect(recipe.vocabulary == 1_024 && plan.tokenizer == .learnt(recipe))
  }

  @Test func `whatever is said is what the run has`() throws {
    let profile = TestImages.profile(size: 8, quality: 50)
    var plan = plan {
      $0.profile = profile
      $0.heldOutShare = 0.4
      $0.tokenizer = .given(.bytes)
      $0.isMirrored = true
      $0.context = 128
      $0.batch = 3
      $0.microBatches = 2
      $0.learningRate = 1e-3
      $0.optimizer = Optimizer.Options(muon: nil)
      $0.seed = 5
      $0.checkpointInterval = .steps(1)
      $0.keep = 7
    }
    let data = try plan.data(in: run)
    #expect(data.tokenizer == .bytes && data.count > 12)
    let begun = try plan.begin(on: data, in: run)
    let options = begun.trainer.options
    #expect(options.context == 128 && options.batch == 3 && options.microBatches == 2)
    #expect(options.schedule.peak == 1e-3 && options.optimizer == Optimizer.Options(muon: nil))
    #expect(options.seed == 5 && options.budget == .steps(2))
    #expect(begun.options.checkpointInterval == .steps(1) && begun.options.keep == 7)
    #expect(begun.options.mirrored)
    #expect(begun.checkpoint.codec == profile && begun.checkpoint.heldOutShare == 0.4)
    #expect(
      begun.checkpoint.configuration
        == .preset(.nano, vocabulary: data.tokenizer.count, contextLength: 128))

    plan = self.plan {
      $0.shape = .configuration(TestModels.configuration(vocabulary: 100, context: 64))
    }
    #expect(throws: TrainingPlanError.vocabulary(model: 100, tokenizer: data.tokenizer.count)) {
      try plan.shape(for: data).row
    }
    plan.shape = .configuration(
      TestModels.configuration(vocabulary: data.tokenizer.count, context: 64))
    #expect(try plan.shape(for: data).row == 64)
    plan.context = 65
    #expect(throws: TrainingPlanError.contextTooLong(row: 65, model: 64)) {
      try plan.shape(for: data).row
    }
  }

  @Test func `once there are streams, no picture is opened again`() throws {
    let plan = plan()
    let streams = try plan.streams(in: run)
    try FileManager.default.removeItem(at: folder("images"))
    let data = try plan.data(in: run)
    #expect(data.trainingIndices == streams.trainingIndices)
    #expect(data.heldOutIndices == streams.heldOutIndices)
    let sample = StreamSample(of: streams)
    let recipe = TokenizerRecipe(insideSymbols: true, for: plan.profile)
    #expect(try data.tokenizer == recipe.tokenizer(from: sample, plan.profile))
    var other = plan
    other.tokenizer = .given(.bytes)
    #expect(try other.data(in: run).tokenizer == .bytes)
  }

  @Test func `a plan is carried out, and gone on with from its tokens alone`() throws {
    var losses: [Double] = []
    try plan().run(in: run) { if case .run(.step(let step)) = $0 { losses.append(step.loss) } }
    #expect(losses.count == 2)
    #expect(throws: TrainingError.runExists(path: run.path)) { try plan().run(in: run) }
    try FileManager.default.removeItem(at: run.appendingPathComponent("images.streams"))
    var more = try TrainingPlan(resuming: run, on: images)
    #expect(more.budget == .steps(2) && more.keep == 2)
    more.budget = .steps(3)
    var reads = 0
    try more.run(in: run) {
      if case .run(.step(let step)) = $0 { losses.append(step.loss) }
      if case .reading = $0 { reads += 1 }
    }
    #expect(losses.count == 3 && reads == 0)
    #expect(try !Folders.names(in: run).contains("images.streams"))
  }

  @Test func `a model to go on from brings profile, tokens, shape and what it was kept from`()
    throws
  {
    try plan { $0.heldOutShare = 0.3 }.run(in: run)
    let base = try Checkpoint(run)
    var next = TrainingPlan(for: images, from: base)
    #expect(next.profile == base.codec && next.tokenizer == .given(base.tokenizer))
    #expect(next.heldOutShare == 0.3)
    next.budget = .steps(1)
    next.relatedRuns = [run]
    var events: [String] = []
    try next.run(in: folder("next")) { event in
      if case .reading = event { events.append("reading") }
      if case .doubt = event { events.append("doubt") }
    }
    // The pictures are the same in the same form, so that nothing is read.
    #expect(events.isEmpty)
    let options = try TrainingRun.record(of: folder("next")).trainer
    #expect(options.schedule.peak == base.configuration.suggestedLearningRate * 0.3)
    #expect(try Checkpoint(folder("next")).configuration == base.configuration)
  }

  @Test func `what is not certain of held-out images is told`() throws {
    try plan().run(in: run)
    var base = try Checkpoint(run)
    func doubts(_ name: String, _ change: (inout TrainingPlan) -> Void = { _ in }) throws
      -> [TrainingPlan.Doubt]
    {
      var plan = TrainingPlan(for: images, from: base)
      change(&plan)
      var doubts: [TrainingPlan.Doubt] = []
      _ = try plan.data(in: folder(name)) {
        if case .doubt(let doubt) = $0 { doubts.append(doubt) }
      }
      return doubts
    }
    #expect(try doubts("a").isEmpty)
    #expect(try doubts("b") { $0.heldOutShare = 0.9 } == [.otherSplit])
    base.heldOutShare = nil
    #expect(try doubts("c") == [.unknownSplit])
  }

  @Test func `images that are longer than a row are told`() throws {
    var cuts: [TrainingPlan.Cut] = []
    let plan = plan { $0.context = 32 }
    let data = try plan.data(in: run)
    _ = try plan.begin(on: data, in: run) { if case .cut(let cut) = $0 { cuts.append(cut) } }
      .checkpointStep
    let cut = try #require(cuts.first)
    #expect(cuts.count == 1 && cut.row == 32 && cut.total == 12 && cut.modelContext == 32)
    #expect(cut.images == (0..<12).count { data.tokenCount(of: $0) >= 32 })
    #expect(cut.longest == data.statistics.longest + 1 && cut.suggested == data.suggestedContext)
  }
}
