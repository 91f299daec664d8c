import CodecLM
import Testing

@Suite struct InvalidSettingTests {
  private static let usual = Trainer.Options(budget: .steps(10), context: 64)

  @Test func `a setting that no run can have is named`() throws {
    #expect(throws: Never.self) { try Self.usual.validate(contextLength: 64) }
    let changes: [(InvalidSetting.Setting, Double, (inout Trainer.Options) -> Void)] = [
      (.batch, 0, { $0.batch = 0 }), (.batch, 65_537, { $0.batch = 65_537 }),
      (.context, 65, { $0.context = 65 }), (.context, 15, { $0.context = 15 }),
      (.microBatches, 0, { $0.microBatches = 0 }), (.steps, -1, { $0.budget = .steps(-1) }),
      (.seconds, 0, { $0.budget = .seconds(0) }),
      (.seconds, .infinity, { $0.budget = .seconds(.infinity) }),
      (.learningRate, 0, { $0.schedule.peak = 0 }),
      (.warmUpShare, -0.5, { $0.schedule.warmUpShare = -0.5 }),
      (.finalShare, -1, { $0.schedule.finalShare = -1 }), (.clip, -1, { $0.optimizer.clip = -1 }),
      (.rateBesideMuon, -3, { $0.optimizer.rateBesideMuon = -3 }),
    ]
    for (setting, value, change) in changes {
      var options = Self.usual
      change(&options)
      let fault = #expect(throws: InvalidSetting.self) { try options.validate(contextLength: 64) }
      #expect(fault?.setting == setting && fault?.value == value)
    }
  }

  @Test func `nor can a run keep what is impossible`() throws {
    #expect(throws: Never.self) { try TrainingRun.Options().validate() }
    let changes: [(InvalidSetting.Setting, (inout TrainingRun.Options) -> Void)] = [
      (.keep, { $0.keep = 0 }), (.checkpointInterval, { $0.checkpointInterval = .seconds(0) }),
      (.validationImages, { $0.validationImages = 0 }), (.stepsPerLine, { $0.stepsPerLine = 0 }),
    ]
    for (setting, change) in changes {
      var options = TrainingRun.Options()
      change(&options)
      let fault = #expect(throws: InvalidSetting.self) { try options.validate() }
      #expect(fault?.setting == setting && fault?.value == 0)
    }
  }

  @Test func `a model with a short context has short rows`() throws {
    var options = Self.usual
    options.context = 8
    #expect(throws: Never.self) { try options.validate(contextLength: 8) }
  }

  @Test func `numbers are told without what they do not need`() {
    #expect(InvalidSetting.text(65_536) == "65536")
    #expect(InvalidSetting.text(1e12) == "10¹²")
    #expect(InvalidSetting.text(0.25) == "0.25")
  }
}
