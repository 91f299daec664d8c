import CodecLM
import Foundation
import Testing

@Suite struct TrainTests {
  private func train(_ arguments: [String], in folder: URL) throws -> String {
    let outcome = try Program.run(["train", "digits"] + arguments, in: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome.errors
  }

  @Test func `what is cut, kept, and spent is said`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "12", "--size", "16", in: folder)
      let small = ["--preset", "nano", "--batch", "1", "--context", "64"]
      let first = try train(["--out", "run", "--steps", "1"] + small, in: folder)
      #expect(first.contains("of 12 images are longer than a row of 64 tokens"))
      #expect(first.contains("of them for samples"))
      #expect(first.contains("bits/image, ") && first.contains(" of baseline JPEG, "))
      #expect(first.contains("bits/symbol byte") && !first.contains("bits/byte"))
      #expect(first.contains("next: jpeglm sample run "))
      #expect(!first.contains("goes up again"))
      let second = try train(["--out", "run", "--steps", "3", "--resume"], in: folder)
      #expect(second.contains("goes up again"))

      // Learning rates at which a model forgets.
      let third = try train(
        ["--out", "worse", "--from", "run", "--steps", "2", "--learning-rate", "2"], in: folder)
      #expect(third.contains("likeliest after step 0") && third.contains("sample worse/best "))
      let described = try Program.run("info", "worse", in: folder).output
      #expect(described.contains("after step 0: worse/best"))
      let sampled = try Program.run(
        "sample", "worse/best", "--count", "1", "--out", "samples", in: folder)
      #expect(sampled.status == 0, "\(sampled.errors)")
      let page = folder.appendingPathComponent("report.html")
      _ = try Program.run("report", "worse", "--html", page.path, in: folder)
      #expect(try String(contentsOf: page, encoding: .utf8).contains("at the best, after step 0"))
    }
  }

  @Test func `the library's plan is the program's, to the last bit`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "12", "--size", "16", in: folder)
      _ = try train(
        ["--out", "run", "--preset", "nano", "--steps", "3", "--samples", "0"], in: folder)
      let own = folder.appendingPathComponent("own")
      var plan = TrainingPlan(for: try MediaFolder(folder.appendingPathComponent("digits")))
      plan.shape = .preset(.nano)
      plan.budget = .steps(3)
      try plan.run(in: own)
      for name in [
        "codec.json", "config.json", "held_out.json", "images.streams", "images.tokens",
        "model.safetensors", "tokenizer.json",
      ] {
        let theirs = folder.appendingPathComponent("run/\(name)")
        let ours = own.appendingPathComponent(name)
        #expect(try Data(contentsOf: theirs) == Data(contentsOf: ours), "\(name)")
      }
    }
  }

  @Test func `two signals at once end a run with its checkpoint`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "4", "--size", "16", in: folder)
      let errors = folder.appendingPathComponent("errors")
      try Data().write(to: errors)
      let process = Process()
      process.executableURL = try Program.executable()
      process.arguments = [
        "train", "digits", "--out", "run", "--preset", "nano", "--batch", "1", "--samples", "0",
        "--steps", "1000000000",
      ]
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      let first = folder.appendingPathComponent("run/checkpoints/step-00000000").path
      while process.isRunning, !FileManager.default.fileExists(atPath: first) {
        Thread.sleep(forTimeInterval: 0.02)
      }
      // As timeout does: the child, then its group.
      kill(process.processIdentifier, SIGTERM)
      kill(process.processIdentifier, SIGTERM)
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect([128 + SIGTERM, 128 + SIGINT].contains(process.terminationStatus))
      #expect(process.terminationReason == .exit)
      let said = try String(contentsOf: errors, encoding: .utf8)
      #expect(said.contains("stopped with the checkpoint of step "), "\(said)")
    }
  }
}
