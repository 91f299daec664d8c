import CodecLM
import Foundation
import TestSupport
import Testing

/// What else may lie in a run's folder.
@Suite struct RunFolderTests {
  private func run(_ steps: Int, in folder: URL) throws -> (URL, TokenStore) {
    let data = try TinyRun.store(4, in: folder)
    var options = TrainingRun.Options()
    options.checkpointInterval = .steps(2)
    options.stepsPerLine = 1
    var run = try TrainingRun(
      Checkpoint(TinyRun.model(), data.tokenizer, TinyRun.profile), data,
      TinyRun.options(steps: steps), options, in: folder.appendingPathComponent("run"))
    try run.run { _ in }
    return (run.folder, data)
  }

  private func names(_ folder: URL) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
  }

  /// Copies the newest checkpoint, which then says that another step was its last.
  private func copy(_ old: String, to new: String, step: Int, in checkpoints: URL) throws {
    let target = checkpoints.appendingPathComponent(new)
    try FileManager.default.copyItem(at: checkpoints.appendingPathComponent(old), to: target)
    let file = target.appendingPathComponent("training.json")
    var record = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var state = try #require(record["state"] as? [String: Any])
    state["step"] = step
    record["state"] = state
    try JSONSerialization.data(withJSONObject: record).write(to: file)
  }

  @Test func `what is not named as a checkpoint is neither taken for one nor removed`() throws {
    try withTemporaryFolder { folder in
      let (run, data) = try run(4, in: folder)
      let checkpoints = run.appendingPathComponent("checkpoints")
      let strangers = [
        "step-00000004 copy", "step-9", "step-000000009", "step-00000009.bak", "step-+0000009",
        "step-zz", ".mine.tmp", ".step-9.tmp", "notes.tmp",
      ]
      for name in strangers { try copy("step-00000004", to: name, step: 9, in: checkpoints) }
      try FileManager.default.createDirectory(
        at: checkpoints.appendingPathComponent(".step-00000003.tmp"),
        withIntermediateDirectories: false)
      #expect(TrainingRun.summary(of: run)?.steps == 4)
      var resumed = try TrainingRun(resuming: run, data, budget: .steps(7))
      #expect(resumed.trainer.state.step == 4)
      try resumed.run { _ in }
      #expect(
        try names(checkpoints) == Set(strangers).union(["step-00000006", "step-00000007"]))
    }
  }

  @Test func `checkpoints are ordered by number, also beyond eight digits`() throws {
    try withTemporaryFolder { folder in
      let (run, data) = try run(2, in: folder)
      let checkpoints = run.appendingPathComponent("checkpoints")
      for step in [99_999_998, 100_000_000] {
        try copy("step-00000002", to: "step-\(step)", step: step, in: checkpoints)
      }
      var resumed = try TrainingRun(resuming: run, data, budget: .steps(100_000_001))
      #expect(resumed.trainer.state.step == 100_000_000)
      try resumed.run { _ in }
      #expect(try names(checkpoints) == ["step-100000000", "step-100000001"])
    }
  }

  @Test func `a line of the metrics that cannot be read costs no other`() throws {
    try withTemporaryFolder { folder in
      let (run, data) = try run(4, in: folder)
      let file = run.appendingPathComponent("metrics.jsonl")
      let whole = [UInt8](try Data(contentsOf: file)).split(separator: 0x0a)
      var spoilt = whole
      spoilt[1][spoilt[1].startIndex + 3] = 0xff
      let half = [UInt8](#"{"step":5,"lo"#.utf8)
      let text = spoilt.joined(separator: [0x0a]) + [0x0a] + half
      try Data(text).write(to: file)

      let metrics = try RunMetrics(of: run)
      #expect(metrics.unreadableLines == 1)
      #expect(metrics.steps.count + metrics.validations.count == whole.count - 1)
      #expect(TrainingRun.summary(of: run)?.validationBitsPerImage != nil)

      _ = try TrainingRun(resuming: run, data).trainer.state
      let kept = [UInt8](try Data(contentsOf: file)).split(separator: 0x0a)
      #expect(kept == spoilt)
    }
  }

  @Test func `metrics that cannot be read are not replaced by none`() throws {
    try withTemporaryFolder { folder in
      let (run, data) = try run(2, in: folder)
      let file = run.appendingPathComponent("metrics.jsonl")
      try FileManager.default.removeItem(at: file)
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
      #expect {
        _ = try TrainingRun(resuming: run, data).trainer.state
      } throws: { "\($0)".contains("metrics.jsonl") }
    }
  }
}
