import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct TrainingRunTests {
  private struct Stop: Error {}

  private func parameters(_ folder: URL) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent("model.safetensors")))
  }

  private func checkpoint(_ data: TokenStore) throws -> Checkpoint {
    Checkpoint(try TinyRun.model(), data.tokenizer, TinyRun.profile)
  }

  @Test func `four images are learnt by heart`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let model = try TinyRun.model()
      var trainer = try Trainer(model, data, TinyRun.options(steps: 300))
      var last = Double.infinity
      try trainer.run { last = $0.loss }
      // Which of the training images begins is not to be known: at most ln 4 nats an image.
      let images = Double(data.trainingIndices.count)
      let tokens = data.trainingIndices.reduce(0) { $0 + data.tokenCount(of: $1) + 1 }
      #expect(last < log(images) * images / Double(tokens) + 0.05)
    }
  }

  @Test(
    arguments: [1, 2], [Optimizer.Options(muon: nil), Optimizer.Options(muon: Muon.Options())])
  func `stopped and resumed equals uninterrupted, bit for bit`(
    threads: Int, optimizer: Optimizer.Options
  ) throws {
    try withTemporaryFolder { folder in
      let options = TinyRun.options(steps: 12, optimizer)
      let data = try TinyRun.store(6, in: folder)
      let (whole, broken) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("broken")
      )
      var losses: [Int: Double] = [:]
      var first = try TrainingRun(
        try checkpoint(data), data, options, in: whole,
        pool: WorkerPool(threads: 2))
      try first.run { if case .step(let step) = $0 { losses[step.step] = step.loss } }

      let pool = WorkerPool(threads: threads)
      var second = try TrainingRun(
        try checkpoint(data), data, options, in: broken, pool: pool)
      #expect(throws: Stop.self) {
        try second.run {
          if case .step(let step) = $0, step.step == 5 { throw Stop() }
        }
      }
      _ = consume second
      var third = try TrainingRun(resuming: broken, data, pool: pool)
      #expect(third.trainer.state.step == 5)
      try third.run {
        if case .step(let step) = $0 { #expect(step.loss == losses[step.step]) }
      }
      #expect(try parameters(whole) == parameters(broken))
    }
  }

  @Test func `a resumed run lists no step twice`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(6, in: folder)
      let run = folder.appendingPathComponent("run")
      var options = TrainingRun.Options()
      options.stepsPerLine = 1
      options.checkpointInterval = .steps(4)
      var first = try TrainingRun(
        try checkpoint(data), data, TinyRun.options(steps: 10), options, in: run)
      #expect(throws: Stop.self) {
        try first.run { if case .step(let step) = $0, step.step == 6 { throw Stop() } }
      }
      _ = consume first
      var second = try TrainingRun(resuming: run, data)
      try second.run { _ in }
      let text = try String(
        contentsOf: run.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
      let lines = try text.split(separator: "\n").map {
        try #require(
          JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      let steps = lines.filter { $0["loss"] != nil }
      #expect(steps.compactMap { $0["step"] as? Int } == Array(1...10))
      #expect(
        steps.allSatisfy { $0["bits_per_byte"] != nil && $0["tokens_per_second"] != nil })
      let validations = lines.filter { $0["validation_bits_per_byte"] != nil }
      #expect(validations.allSatisfy { $0["validation_bits_per_image"] != nil })
      #expect(validations.count >= 3)
    }
  }

  @Test func `a run's folder is its newest checkpoint, and two are kept`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let run = folder.appendingPathComponent("run")
      var options = TrainingRun.Options()
      options.checkpointInterval = .steps(2)
      var training = try TrainingRun(
        try checkpoint(data), data, TinyRun.options(steps: 7), options, in: run)
      try training.run { _ in }
      let kept = try FileManager.default.contentsOfDirectory(
        atPath: run.appendingPathComponent("checkpoints").path)
      #expect(kept.sorted() == ["step-00000006", "step-00000007"])
      let opened = try Checkpoint(run)
      #expect(
        try opened.model.parameters.tensors.embedding.elements
          == training.trainer.model.parameters.tensors.embedding.elements)
    }
  }

  @Test func `a folder that holds a run is refused, and one that holds none cannot be resumed`()
    throws
  {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let run = folder.appendingPathComponent("run")
      #expect(throws: TrainingError.nothingToResume(path: run.path)) {
        _ = try TrainingRun(resuming: run, data).trainer.state
      }
      var training = try TrainingRun(
        try checkpoint(data), data, TinyRun.options(steps: 0), in: run)
      try training.run { _ in }
      #expect(throws: TrainingError.runExists(path: run.path)) {
        _ = try TrainingRun(try checkpoint(data), data, TinyRun.options(steps: 1), in: run)
          .trainer.state
      }
    }
  }

  /// Runs of twenty steps whose model a test may spoil on the way.
  private func withRun(
    _ options: TrainingRun.Options = .init(),
    _ body: (_ training: inout TrainingRun, _ model: Llama) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let start = try checkpoint(data)
      var training = try TrainingRun(
        start, data, TinyRun.options(steps: 20), options, in: folder.appendingPathComponent("run"))
      try body(&training, start.model)
    }
  }

  /// A run of one step, and its images.
  private func finishedRun(in folder: URL) throws -> (run: URL, data: TokenStore) {
    let data = try TinyRun.store(4, in: folder)
    let run = folder.appendingPathComponent("run")
    var training = try TrainingRun(
      try checkpoint(data), data, TinyRun.options(steps: 1), in: run)
    try training.run { _ in }
    return (run, data)
  }

  private func keepsFiniteModel(_ run: URL) throws -> Bool {
    try Checkpoint(run).model.parameters.buffer.withSpan { kept in
      kept.indices.allSatisfy { kept[$0].isFinite }
    }
  }

  @Test func `a run that finds no way on names its last checkpoint, and leaves it as it is`() throws
  {
    var options = TrainingRun.Options()
    options.checkpointInterval = .steps(2)
    try withRun(options) { training, model in
      let run = training.folder
      #expect {
        try training.run { event in
          if case .step(let step) = event, step.step == 5 { try TestModels.spoil(model) }
        }
      } throws: { error in
        // The validation after step 6 comes before a fourth step without a finite loss.
        error as? TrainingError
          == .validationDiverged(path: run.path, checkpoint: 4, step: 6)
      }
      let isFinite = try keepsFiniteModel(run)
      #expect(isFinite)
    }
  }

  @Test func `a run whose steps are all left out ends and names its last checkpoint`() throws {
    try withRun { training, model in
      #expect {
        try training.run { event in
          if case .step(let step) = event, step.step == 2 { try TestModels.spoil(model) }
        }
      } throws: { error in
        guard case .diverged(_, let checkpoint, let step, _)? = error as? TrainingError else {
          return false
        }
        return checkpoint == 0 && step == 6
      }
    }
  }

  @Test func `stopped while steps are left out, a run keeps its last good checkpoint`() throws {
    try withRun { training, model in
      #expect(throws: Stop.self) {
        try training.run { event in
          guard case .step(let step) = event else { return }
          if step.fault != nil { throw Stop() }
          try TestModels.spoil(model)
        }
      }
      let isFinite = try keepsFiniteModel(training.folder)
      #expect(isFinite)
    }
  }

  @Test func `a model that is no run's is not replaced`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let place = folder.appendingPathComponent("model")
      try checkpoint(data).write(to: place)
      #expect(throws: TrainingError.modelExists(path: place.path)) {
        _ = try TrainingRun(try checkpoint(data), data, TinyRun.options(steps: 1), in: place)
          .trainer.state
      }
    }
  }

  @Test(arguments: ["model.safetensors", "optimizer.safetensors"])
  func `a damaged checkpoint is not gone on from`(name: String) throws {
    try withTemporaryFolder { folder in
      let (run, data) = try finishedRun(in: folder)
      let file = run.appendingPathComponent("checkpoints/step-00000001/\(name)")
      var bytes = [UInt8](try Data(contentsOf: file))
      bytes[bytes.count - 3] ^= 1
      try Data(bytes).write(to: file)
      #expect(
        throws: FileError.malformed(
          path: file.path,
          reason: DamagedCheckpoint(
            fault: SafeTensors.Fault.wrongChecksum,
            checkpoint: file.deletingLastPathComponent().path))
      ) { _ = try TrainingRun(resuming: run, data).trainer.state }
    }
  }

  @Test(
    arguments: [
      (
        "\"batch\" : 2", "\"batch\" : 0",
        RunFault.setting(.init(setting: .batch, value: 0, bounds: .within(1...65_536)))
      ),
      (
        "\"batch\" : 2", "\"batch\" : 1000000000000",
        RunFault.setting(.init(setting: .batch, value: 1e12, bounds: .within(1...65_536)))
      ),
      (
        "\"context\" : 128", "\"context\" : -1",
        RunFault.setting(.init(setting: .context, value: -1, bounds: .within(16...128)))
      ),
      (
        "\"context\" : 128", "\"context\" : 129",
        RunFault.setting(.init(setting: .context, value: 129, bounds: .within(16...128)))
      ),
      (
        "\"steps_per_line\" : 10", "\"steps_per_line\" : 0",
        RunFault.setting(.init(setting: .stepsPerLine, value: 0, bounds: .within(1...1e14)))
      ),
      ("\"step\" : 1", "\"step\" : -9", RunFault.count("step", -9, allowed: 0...1 << 48)),
      ("\"keep\" : 2", "\"keep\" : \"two\"", JSONFault.wrongType(path: "run.keep")),
    ] as [(String, String, any FileFault)])
  func `a checkpoint of a run that cannot be is not gone on from`(
    old: String, new: String, fault: any FileFault
  ) throws {
    try withTemporaryFolder { folder in
      let (run, data) = try finishedRun(in: folder)
      let file = run.appendingPathComponent("checkpoints/step-00000001/training.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(old))
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
      #expect(
        throws: FileError.malformed(
          path: file.path,
          reason: DamagedCheckpoint(
            fault: fault, checkpoint: file.deletingLastPathComponent().path))
      ) { _ = try TrainingRun(resuming: run, data).trainer.state }
    }
  }

  @Test func `two runs in one folder at once are refused`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(4, in: folder)
      let run = folder.appendingPathComponent("run")
      var training = try TrainingRun(
        try checkpoint(data), data, TinyRun.options(steps: 1), in: run)
      try training.run { _ in }
      #expect(throws: FileError.inUse(path: run.path)) {
        _ = try TrainingRun(resuming: run, data).trainer.state
      }
      _ = consume training
      #expect(try TrainingRun(resuming: run, data).trainer.state.step == 1)
    }
  }

  @Test func `a run is not resumed with other images`() throws {
    try withTemporaryFolder { folder in
      let (run, _) = try finishedRun(in: folder)
      let other = try TinyRun.store(5, in: folder)
      #expect(
        throws: TrainingError.changed(
          path: run.path, what: "the images or their canonical form")
      ) {
        _ = try TrainingRun(resuming: run, other).trainer.state
      }
    }
  }
}
