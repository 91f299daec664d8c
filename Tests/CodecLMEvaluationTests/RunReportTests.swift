import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct RunReportTests {
  /// A run of `steps` with a checkpoint and a validation every other step.
  private func train(_ steps: Int, in folder: URL) throws -> URL {
    let data = try TinyRun.store(4, in: folder)
    let run = folder.appendingPathComponent("<run>")
    var options = TrainingRun.Options()
    options.checkpointInterval = .steps(2)
    options.stepsPerLine = 1
    let checkpoint = Checkpoint(try TinyRun.model(), data.tokenizer, TinyRun.profile)
    var training = try TrainingRun(
      checkpoint, data, TinyRun.options(steps: steps, .init(muon: .init())), options, in: run)
    try training.run { _ in }
    return run
  }

  private func write(sheet: [UInt8], ofStep step: Int, in run: URL) throws {
    let folder = TrainingSheet.folder(of: run)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(sheet).write(to: folder.appendingPathComponent(TrainingSheet.name(ofStep: step)))
  }

  private func count(_ part: String, in text: String) -> Int {
    text.components(separatedBy: part).count - 1
  }

  @Test func `metrics are read as they were written`() throws {
    try withTemporaryFolder { folder in
      let metrics = try RunMetrics(of: try train(6, in: folder))
      #expect(metrics.steps.map(\.step) == Array(1...6))
      #expect(metrics.validations.map(\.step) == [0, 2, 4, 6])
      #expect(metrics.steps.allSatisfy { $0.loss > 0 && $0.tokensPerSecond > 0 })
      #expect(metrics.validations.allSatisfy { ($0.baselineShare ?? 0) > 0 })
      #expect(zip(metrics.steps, metrics.steps.dropFirst()).allSatisfy { $0.seconds < $1.seconds })
    }
  }

  @Test func `a page shows curves, sheets and settings, and needs nothing outside it`() throws {
    try withTemporaryFolder { folder in
      let run = try train(6, in: folder)
      for step in [2, 4, 6] {
        try write(sheet: try TestImages.picture(step).jpegFile(), ofStep: step, in: run)
      }
      var report = try RunReport(of: run)
      let page = try report.page()
      #expect(!page.contains("http") && !page.contains("<script") && !page.contains("<run>"))
      #expect(page.contains("Training of &lt;run&gt;"))
      #expect(count("<figure class=\"chart\">", in: page) == 4)
      #expect(count("data:image/jpeg;base64,", in: page) == 3)
      #expect(page.contains("step 4") && page.contains("Muon") && page.contains("quality"))
      #expect(!page.contains("Protocol"))

      report.evaluation = EvaluationReport(features: nil, seed: 7)
      #expect(try report.page().contains("Protocol"))
    }
  }

  @Test func `of many sheets the first, the last and six between are shown`() throws {
    try withTemporaryFolder { folder in
      let run = try train(2, in: folder)
      for step in stride(from: 10, through: 1_000, by: 10) {
        try write(sheet: [UInt8](), ofStep: step, in: run)
      }
      let page = try RunReport(of: run).page()
      #expect(count("data:image/jpeg;base64,", in: page) == 8)
      for step in ["10", "20", "40", "70", "140", "270", "520", "1,000"] {
        #expect(page.contains("<figcaption>step \(step)</figcaption>"), "\(step)")
      }
    }
  }

  @Test func `a line of one or two points shows them`() throws {
    try withTemporaryFolder { folder in
      let page = try RunReport(of: try train(1, in: folder)).page()
      #expect(count("<figure class=\"chart\">", in: page) == 4)
      // Training's lines have one point, those of validations two and a mark at the best.
      #expect(count("class=\"line point series-0\"", in: page) == 3)
      #expect(count("class=\"line point series-1\"", in: page) == 2)
      #expect(count("h0M", in: page) >= 2 && page.contains("at best"))
    }
  }

  @Test func `a sheet that was named by somebody else is left out`() throws {
    try withTemporaryFolder { folder in
      let run = try train(2, in: folder)
      try write(sheet: [1], ofStep: 2, in: run)
      let samples = TrainingSheet.folder(of: run)
      for name in ["step-2.jpg", "step-000002 (1).jpg", "step-+00003.jpg", "step-0000004.jpg"] {
        try Data([2]).write(to: samples.appendingPathComponent(name))
      }
      #expect(count("data:image/jpeg;base64,", in: try RunReport(of: run).page()) == 1)
    }
  }

  @Test func `an evaluation's figures of clips are on the page`() throws {
    try withTemporaryFolder { folder in
      var evaluation = EvaluationReport(features: nil, seed: 7)
      let frames = (0..<2).map { TestImages.picture($0) }
      let motion = ClipFigures.Motion(of: 2, pool: .shared) { _ in frames }
      evaluation.clips = ClipFigures(realMotion: motion, generatedMotion: motion)
      let page = try RunReport(of: try train(1, in: folder), evaluation: evaluation).page()
      #expect(page.contains("Movement"))
    }
  }

  @Test func `a run without steps has no curves`() throws {
    try withTemporaryFolder { folder in
      let page = try RunReport(of: try train(0, in: folder)).page()
      #expect(!page.contains("Curves") && page.contains("Configuration"))
    }
  }

  @Test func `a folder without a run is refused`() throws {
    try withTemporaryFolder { folder in
      _ = #expect(throws: TrainingError.noRun(path: folder.path)) { try RunReport(of: folder) }
    }
  }

  @Test func `a line of the metrics that cannot be read is reported`() throws {
    try withTemporaryFolder { folder in
      let run = try train(2, in: folder)
      let metrics = run.appendingPathComponent("metrics.jsonl")
      try Data(try Data(contentsOf: metrics) + Data("{\"step\":5,\"lo\n".utf8)).write(to: metrics)
      #expect(try RunReport(of: run).page().contains("cannot be read"))
    }
  }
}
