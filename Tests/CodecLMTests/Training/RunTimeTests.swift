import CodecLM
import Foundation
import TestSupport
import Testing

/// Budgets of time, by a clock that moves with what happens.
@Suite struct RunTimeTests {
  private struct Stop: Error {}

  /// A run of a budget in seconds.
  private func run(
    _ budget: Double, in folder: URL, _ options: TrainingRun.Options = .init()
  ) throws -> TrainingRun {
    let data = try TinyRun.store(8, in: folder)
    var training = TinyRun.options(steps: 0)
    training.budget = .seconds(budget)
    return try TrainingRun(
      Checkpoint(TinyRun.model(), data.tokenizer, TinyRun.profile), data, training, options,
      in: folder.appendingPathComponent("run"))
  }

  /// Moves a clock by what an event would take, and counts.
  private struct Costs {
    let clock: TestClock
    let step: Double
    var (steps, pauses, delayed) = (0, 0.0, 0.0)
    var progress = 0.0
    /// Seconds of a validation, a checkpoint and its sheet.
    var pause = (validation: 0.0, checkpoint: 0.0, sheet: 0.0)

    init(_ clock: TestClock, step: Double) {
      self.clock = clock
      self.step = step
    }

    mutating func take(_ event: TrainingRun.Event) {
      let before = clock.now
      switch event {
      case .step(let step):
        steps += 1
        progress = step.progress
        return clock.move(by: self.step)
      case .validation: clock.move(by: pause.validation)
      case .saving: clock.move(by: pause.checkpoint)
      case .checkpoint: clock.move(by: pause.sheet)
      case .delayed(_, let total): delayed = total
      case .validating, .measuringBaseline: break
      }
      pauses += clock.now - before
    }
  }

  @Test(arguments: [0.0, 30])
  func `validations, checkpoints and samples are within a budget of time, and what came before`(
    preparation: Double
  ) throws {
    try withTemporaryFolder { folder in
      let clock = TestClock()
      var costs = Costs(clock, step: 8)
      costs.pause = (2, 1, 4)
      var run = try run(600, in: folder)
      run.time = clock.source
      try run.run(after: preparation, reserving: 8) { costs.take($0) }
      let taken = clock.now + preparation
      #expect(abs(taken - 600) < 0.02 * 600, "\(taken)")
      #expect(costs.progress == 1 && costs.delayed == 0)
      // Some 60 seconds of steps are followed by 7 of validation, checkpoint and sheet.
      #expect(costs.pauses < 0.12 * 600, "\(costs.pauses)")
      #expect(abs(run.trainer.state.seconds - taken) < 1e-6)
    }
  }

  @Test func `what takes long between steps comes seldom`() throws {
    try withTemporaryFolder { folder in
      let clock = TestClock()
      var costs = Costs(clock, step: 50)
      costs.pause = (20, 10, 0)
      var options = TrainingRun.Options()
      options.checkpointInterval = .seconds(1)
      var run = try run(3_000, in: folder, options)
      run.time = clock.source
      try run.run { costs.take($0) }
      // The first and the last take 30 seconds each, those between a twentieth of the time.
      #expect(costs.pauses <= 60 + 3_000 / 20, "\(costs.pauses)")
      #expect(costs.pauses > 100, "\(costs.pauses)")
      #expect(abs(clock.now - 3_000) < 60, "\(clock.now)")
    }
  }

  @Test func `where getting ready took most of the time, training takes as long again`() throws {
    try withTemporaryFolder { folder in
      let clock = TestClock()
      var costs = Costs(clock, step: 10)
      var run = try run(100, in: folder)
      run.time = clock.source
      try run.run(after: 400) { costs.take($0) }
      #expect(costs.delayed == 800)
      #expect((40...41).contains(costs.steps), "\(costs.steps)")
    }
  }

  @Test func `a resumed run has the time that is left, and a finished one none`() throws {
    try withTemporaryFolder { folder in
      let clock = TestClock()
      var costs = Costs(clock, step: 5)
      var first = try run(100, in: folder)
      let place = first.folder
      first.time = clock.source
      #expect(throws: Stop.self) {
        try first.run(after: 10) {
          costs.take($0)
          if costs.steps == 4 { throw Stop() }
        }
      }
      _ = consume first
      #expect(costs.steps == 4)
      for (expected, finished) in [(17, false), (17, true)] {
        let data = try TokenStore(folder.appendingPathComponent("images.tokens"))
        var next = try TrainingRun(resuming: place, data)
        let isFinished = next.trainer.isFinished
        #expect(isFinished == finished)
        next.time = clock.source
        try next.run(after: 5) { costs.take($0) }
        #expect(costs.steps == expected)
      }
    }
  }

  @Test func `a run of a version that counted steps only goes on, also for another time`() throws {
    try withTemporaryFolder { folder in
      var first = try run(100, in: folder)
      let place = first.folder
      let clock = TestClock()
      var costs = Costs(clock, step: 5)
      first.time = clock.source
      #expect(throws: Stop.self) {
        try first.run {
          costs.take($0)
          if costs.steps == 8 { throw Stop() }
        }
      }
      _ = consume first
      let file = place.appendingPathComponent("checkpoints/step-00000008/training.json")
      var record = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      var state = try #require(record["state"] as? [String: Any])
      #expect(state.removeValue(forKey: "plan") != nil)
      #expect(record.removeValue(forKey: "best") != nil)
      record["state"] = state
      try JSONSerialization.data(withJSONObject: record).write(to: file)

      let data = try TokenStore(folder.appendingPathComponent("images.tokens"))
      var second = try TrainingRun(resuming: place, data, budget: .seconds(160))
      let rates = second.rates
      #expect(try #require(rates).now > #require(rates).before)
      second.time = clock.source
      try second.run { costs.take($0) }
      #expect((32...33).contains(costs.steps), "\(costs.steps)")
      let best = second.best
      #expect(best != nil)
    }
  }

  @Test func `the first step of a time is not made at a rate of zero`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      var options = TinyRun.options(steps: 0)
      options.budget = .seconds(1_000)
      var trainer = try Trainer(TinyRun.model(), data, options)
      #expect(try trainer.step().learningRate > 0)
    }
  }

  @Test func `a validation looks at no more images than a share of the budget allows`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(8, in: folder)
      func images(_ budget: Trainer.Length, tick: Double = 0) throws -> Int {
        var training = TinyRun.options(steps: 0)
        training.budget = budget
        var run = try TrainingRun(
          Checkpoint(TinyRun.model(), data.tokenizer, TinyRun.profile), data, training,
          in: folder.appendingPathComponent(UUID().uuidString))
        run.time = TestClock(tick: tick).source
        try? run.run { if case .step = $0 { throw Stop() } }
        return run.options.validationImages
      }
      let tokens = data.statistics.mean + 1
      #expect(try images(.steps(0)) == 16)
      #expect(try images(.steps(1_000_000)) == 512)
      #expect(try images(.steps(200)) == Int(0.075 * 200 * 256 / tokens))
      #expect(try images(.seconds(100)) == 512)
      // A look at the clock takes 3 seconds, so that a batch does.
      let few = try images(.seconds(100), tick: 3)
      #expect((1...16).contains(few), "\(few)")
      #expect(try images(.seconds(10_000), tick: 3) > few)
    }
  }

  @Test func `what stops a run in a validation leaves a checkpoint, unless there was none`() throws
  {
    for stop in [0, 2] {
      try withTemporaryFolder { folder in
        let data = try TinyRun.store(4, in: folder)
        var options = TrainingRun.Options()
        options.checkpointInterval = .steps(2)
        var run = try TrainingRun(
          Checkpoint(TinyRun.model(), data.tokenizer, TinyRun.profile), data,
          TinyRun.options(steps: 9), options, in: folder.appendingPathComponent("run"))
        var step = 0
        #expect(throws: Stop.self) {
          try run.run { event in
            if case .step(let made) = event { step = made.step }
            if case .validating = event, step == stop { throw Stop() }
          }
        }
        #expect(run.checkpointStep == (stop == 0 ? nil : 2))
        #expect(TrainingRun.exists(in: run.folder) == (stop > 0))
      }
    }
  }
}
