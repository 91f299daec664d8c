import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct BestCheckpointTests {
  private struct Stop: Error {}

  private func parameters(_ folder: URL) throws -> [UInt32] {
    TestModels.bits(try Checkpoint(folder).model.parameters.buffer)
  }

  private func node(_ file: URL) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    return try #require(attributes[.systemFileNumber] as? Int)
  }

  /// A run of twelve steps with a checkpoint every second, whose model is spoilt after the fourth; the
  /// parameters at the fourth.
  private func spoiltRun(in folder: URL, upTo end: Int = 12) throws -> (URL, TokenStore, [UInt32]) {
    let data = try TinyRun.store(4, in: folder)
    let model = try TinyRun.model()
    var options = TrainingRun.Options()
    options.checkpointInterval = .steps(2)
    var run = try TrainingRun(
      Checkpoint(model, data.tokenizer, TinyRun.profile), data, TinyRun.options(steps: 12), options,
      in: folder.appendingPathComponent("run"))
    var best: [UInt32] = []
    do {
      try run.run { event in
        guard case .checkpoint(let step) = event else { return }
        if step == 4 {
          best = TestModels.bits(model.parameters.buffer)
          try TestModels.spoil(model, 90)
        }
        if step == end { throw Stop() }
      }
    } catch is Stop {}
    #expect(run.best?.step == 4)
    return (run.folder, data, best)
  }

  @Test func `the best model is kept beside the newest, and outlives its checkpoint`() throws {
    try withTemporaryFolder { folder in
      let (run, _, best) = try spoiltRun(in: folder)
      let place = TrainingRun.bestFolder(of: run)
      #expect(try parameters(place) == best)
      #expect(try parameters(run) != best)
      let summary = try #require(TrainingRun.summary(of: run))
      #expect(summary.steps == 12 && summary.best?.step == 4)
      #expect(try #require(summary.best).bitsPerImage < #require(summary.validationBitsPerImage))
      #expect(
        try Generator(loading: place).generate(count: 1).all().allSatisfy { $0.picture != nil })
      let checkpoints = try FileManager.default.contentsOfDirectory(
        atPath: run.appendingPathComponent("checkpoints").path)
      #expect(checkpoints.sorted() == ["step-00000010", "step-00000012"])
    }
  }

  @Test func `a resumed run knows the best so far`() throws {
    try withTemporaryFolder { folder in
      let (run, data, best) = try spoiltRun(in: folder, upTo: 8)
      var resumed = try TrainingRun(resuming: run, data)
      #expect(resumed.trainer.state.step == 8 && resumed.best?.step == 4)
      try resumed.run { _ in }
      #expect(resumed.best?.step == 4)
      #expect(try parameters(TrainingRun.bestFolder(of: run)) == best)
    }
  }

  @Test func `a run killed between its checkpoint and the best model's folder has both again`()
    throws
  {
    try withTemporaryFolder { folder in
      let (run, data, best) = try spoiltRun(in: folder, upTo: 4)
      let place = TrainingRun.bestFolder(of: run)
      try FileManager.default.removeItem(at: place)
      // What its writer had of it.
      let half = run.appendingPathComponent(".best.tmp")
      try FileManager.default.createDirectory(at: half, withIntermediateDirectories: false)
      try Data([1]).write(to: half.appendingPathComponent("config.json"))
      #expect(try TrainingRun(resuming: run, data).best?.step == 4)
      #expect(try parameters(place) == best)
      #expect(!FileManager.default.fileExists(atPath: half.path))
      let saved = run.appendingPathComponent("checkpoints/step-00000004/model.safetensors")
      #expect(try node(saved) == node(place.appendingPathComponent("model.safetensors")))
    }
  }

  @Test func `a best model that is gone is not spoken of`() throws {
    try withTemporaryFolder { folder in
      let (run, data, _) = try spoiltRun(in: folder)
      try FileManager.default.removeItem(at: TrainingRun.bestFolder(of: run))
      #expect(try TrainingRun(resuming: run, data).best == nil)
    }
  }

  @Test func `held-out images that become less likely are noticed once, and again when much worse`()
  {
    var overfitting = Overfitting()
    func steps(_ losses: [Double]) -> [Int] {
      losses.enumerated().compactMap { index, loss in
        overfitting.add(loss: loss, step: index).map { _ in index }
      }
    }
    // Three rises in a row, however small; then only twice the distance of what was said.
    #expect(
      steps([3, 2, 1, 1.001, 1.002, 1.003, 1.01, 1.02, 1.03, 1.05, 1.06, 1.2]) == [5, 9, 11])
    overfitting = Overfitting()
    // Noise about one value says nothing.
    #expect(steps([1, 1.01, 1.005, 1.012, 1.004, 1.011, 1.003]) == [])
    overfitting = Overfitting()
    // Up and down, and clearly above.
    #expect(steps([1, 1.2, 1.1, 1.3]) == [3])
  }
}
