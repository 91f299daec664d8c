import Foundation
import Testing

@Suite struct TokenizerWalkTests {
  @Test func `a run of byte pairs trains, resumes, says its tokens and samples`() throws {
    try withTemporaryFolder { folder in
      func run(_ arguments: String...) throws -> String {
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        return outcome.output
      }
      _ = try run("draw-digits", "digits", "--count", "20")
      _ = try run(
        "train", "digits", "--out", "run", "--preset", "nano", "--batch", "2", "--steps", "2",
        "--tokenizer", "bpe", "--vocabulary", "270")
      let information = try run("info", "run")
      #expect(information.contains("tokens     270: bytes, 12 longer strings of up to"))
      _ = try run("train", "digits", "--out", "run", "--steps", "3", "--resume")
      _ = try run("sample", "run", "--count", "2", "--out", "samples")

      let learnt = try run(
        "train-tokenizer", "digits", "--vocabulary", "270", "--out", "new/tokenizer.json")
      #expect(learnt.contains("270 tokens: bytes, 12 longer strings of up to"))
      let (own, other) = (
        folder.appendingPathComponent("run/tokenizer.json"),
        folder.appendingPathComponent("new/tokenizer.json")
      )
      #expect(try Data(contentsOf: own) == Data(contentsOf: other))

      _ = try run("canonicalize", "digits", "--out", "streams", "--stream", "scan", "--size", "28")
      let stream = "streams/3-3.scan"
      let ids = try run("tokenize", stream, "--tokenizer", "run")
      #expect(ids.split(separator: " ").contains { (Int($0) ?? 0) >= 258 })
    }
  }

  @Test func `a tokenizer that is none is one error`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "2", in: folder)
      try Data("a letter".utf8).write(to: folder.appendingPathComponent("letter"))
      for (choice, text) in [
        ("letter", "letter: not a tokenizer's file"), ("nowhere", "cannot read"),
      ] {
        let outcome = try Program.run(
          "train", "digits", "--out", "run", "--tokenizer", choice, in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
      }
      let outcome = try Program.run(
        "train", "digits", "--out", "run", "--tokenizer", "bytes", "--vocabulary", "300", in: folder
      )
      #expect(outcome.status == 64)
    }
  }
}
