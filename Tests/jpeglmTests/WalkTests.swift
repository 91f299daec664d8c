import Foundation
import Testing

@Suite struct WalkTests {
  private struct Sampled: Decodable {
    let count: Int
    let decoded: Int
    let files: [String]
    let tokens_per_second: Double
  }

  private struct Scored: Decodable {
    struct File: Decodable {
      let path: String
      let bits: Double
      let bits_per_byte: Double
      let jpeg_share: Double
    }
    let images: Int
    let bits_per_image: Double
    let bits_per_byte: Double
    let baseline_share: Double
    let jpeg_share: Double
    let files: [File]
  }

  private struct Described: Decodable {
    struct Training: Decodable { let steps: Int }
    let vocabulary: Int
    let training: Training?
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  @Test func `drawing, training, sampling, describing and canonicalizing work in a row`() throws {
    try withTemporaryFolder { folder in
      func run(_ arguments: String...) throws -> String {
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        #expect(outcome.errorLines.isEmpty)
        return outcome.output
      }
      func list(_ name: String) -> [String] { files(below: folder.appendingPathComponent(name)) }

      #expect(try run("draw-digits", "digits", "--count", "12") == "12 files written to digits\n")
      let digits = list("digits")
      #expect(digits.count == 12)
      #expect(digits.contains("3-3.jpg") && digits.contains("1-11.jpg"))

      let train = ["train", "digits", "--out", "deep/run", "--preset", "nano", "--batch", "2"]
      let trained = try Program.run(train + ["--steps", "3"], in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      #expect(trained.output.isEmpty)
      let parts = ["model.safetensors", "optimizer.safetensors", "training.json"]
      let checkpoints = [0, 3].flatMap { step in
        parts.map { "checkpoints/step-0000000\(step)/\($0)" }
      }
      let best = [
        "codec.json", "config.json", "held_out.json", "model.safetensors",
        "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
      ].map { "best/\($0)" }
      let own = [
        "codec.json", "config.json", "held_out.json", "images.streams", "images.tokens",
        "metrics.jsonl",
        "model.safetensors", "samples/step-000003.jpg", "special_tokens_map.json", "tokenizer.json",
        "tokenizer_config.json",
      ]
      #expect(list("deep/run") == best + checkpoints + own)

      let sample = try decode(
        Sampled.self,
        try run(
          "sample", "deep/run", "--count", "2", "--out", "samples", "--grid", "grid.jpg", "--json"))
      #expect(sample.count == 2)
      #expect(sample.decoded == sample.files.count)
      #expect(list("samples").map { "samples/\($0)" } == sample.files)
      #expect(sample.tokens_per_second > 0)
      let grid = try Data(contentsOf: folder.appendingPathComponent("grid.jpg"))
      #expect(grid.starts(with: [0xFF, 0xD8]))

      _ = try run(
        "sample", "deep/run", "--prompt", "digits/3-3.jpg", "digits/1-11.jpg", "--keep-rows", "1",
        "--count", "2", "--out", "continued", "--grid", "rows.jpg", "--live", "live.jpg", "--greedy"
      )
      #expect(
        list("continued")
          == ["1-11", "3-3"].flatMap { name in
            ["00000", "00001", "original", "partial"].map { "\(name)-\($0).jpg" }
          })
      let live = try Data(contentsOf: folder.appendingPathComponent("live.jpg"))
      #expect(live.starts(with: [0xFF, 0xD8]))

      let score = try decode(
        Scored.self, try run("score", "deep/run", "digits", "--map", "maps", "--json"))
      #expect(score.images == 12 && score.files.count == 12)
      #expect(score.bits_per_byte > 0 && score.bits_per_image > 0 && score.jpeg_share > 0)
      #expect(score.baseline_share == score.jpeg_share)
      #expect(list("maps") == digits)

      let described = try decode(Described.self, try run("info", "deep/run", "--json"))
      #expect(described.vocabulary == 500)
      #expect(described.training?.steps == 3)
      #expect(try run("info", "deep/run").contains("3 steps"))
      _ = try run("train", "digits", "--out", "deep/run", "--steps", "4", "--resume")
      let resumed = try decode(Described.self, try run("info", "deep/run", "--json"))
      #expect(resumed.training?.steps == 4)

      _ = try run("canonicalize", "digits", "--out", "small", "--size", "16")
      #expect(list("small") == digits)
    }
  }

  @Test func `a run killed between its checkpoint and the checkpoint's name resumes`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "4", in: folder)
      let train = ["train", "digits", "--out", "run", "--preset", "nano", "--batch", "1"]
      #expect(try Program.run(train + ["--steps", "1"], in: folder).status == 0)
      try FileManager.default.removeItem(at: folder.appendingPathComponent("run/model.safetensors"))
      let resumed = try Program.run(train + ["--steps", "2", "--resume"], in: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(files(below: folder).contains("run/model.safetensors"))
    }
  }

  @Test(arguments: [true, false])
  func `a run goes on with the mirror images that it began with`(mirrored: Bool) throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "6", in: folder)
      let train = ["train", "digits", "--out", "run", "--preset", "nano", "--batch", "1"]
      let begun = try Program.run(
        train + ["--steps", "1"] + (mirrored ? ["--mirror"] : []), in: folder)
      #expect(begun.status == 0, "\(begun.errors)")
      // What is given when resuming does not matter, nor whether the store is still there.
      let steps = ["2": ["--mirror"], "3": []]
      for (step, extra) in steps.sorted(by: { $0.key < $1.key }) {
        try FileManager.default.removeItem(at: folder.appendingPathComponent("run/images.tokens"))
        let resumed = try Program.run(train + ["--steps", step, "--resume"] + extra, in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
      }
    }
  }

  @Test func `a run begins with another's model, quietly, and is drawn`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "digits", "--count", "6", "--size", "24", in: folder)
      let first = try Program.run(
        "train", "digits", "--out", "first", "--preset", "nano", "--size", "16", "--vocabulary",
        "300", "--steps", "2", in: folder)
      #expect(first.status == 0, "\(first.errors)")
      // What belongs to the model comes from it: size, tokens, shape; and its weights.
      let second = try Program.run(
        "train", "digits", "--out", "second", "--from", "first", "--steps", "0", "--quiet",
        in: folder)
      #expect(second.status == 0 && second.errors.isEmpty, "\(second.errors)")
      for name in ["codec.json", "config.json", "tokenizer.json", "model.safetensors"] {
        let (old, new) = (
          folder.appendingPathComponent("first/\(name)"),
          folder.appendingPathComponent("second/\(name)")
        )
        #expect(try Data(contentsOf: old) == Data(contentsOf: new), "\(name)")
      }
      let drawn = try Program.run("report", "first", "--html", "first.html", in: folder)
      #expect(drawn.output == "wrote first.html\n")
      let page = try String(
        contentsOf: folder.appendingPathComponent("first.html"), encoding: .utf8)
      #expect(page.contains("Training of first") && page.contains("data:image/jpeg"))
    }
  }

  @Test func `the program alone says where to begin`() throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run([], in: folder)
      #expect(outcome.status == 0 && outcome.output.contains("jpeglm train photos --out run"))
    }
  }

  @Test(arguments: [
    ("train", "jpeglm train photos --out run --minutes 30"),
    (
      "train-tokenizer",
      "jpeglm train-tokenizer photos --size 64 --vocabulary 320 --out tokenizer.json"
    ),
    ("tokenize", "jpeglm tokenize streams/*.scan --tokenizer run"),
    ("sample", "jpeglm sample run --count 16 --out samples --grid samples.jpg"),
    ("score", "jpeglm score run photos"),
    ("eval", "jpeglm eval run --real photos --count 1000 --html report.html"),
    ("canonicalize", "jpeglm canonicalize photos --out small --size 64"),
    ("inspect", "jpeglm inspect photo.jpg --mcu 0"),
    ("info", "jpeglm info run"), ("export", "jpeglm export run --gguf model.gguf"),
    ("draw-digits", "jpeglm draw-digits digits --count 5000"),
    ("draw-clips", "jpeglm draw-clips clips --count 2000 --size 64x48 --frames 8"),
    ("report", "jpeglm report run --html report.html"),
  ])
  func `a command's help has its example`(_ command: String, _ example: String) throws {
    try withTemporaryFolder { folder in
      let help = try Program.run(command, "--help", in: folder)
      #expect(help.status == 0)
      #expect(help.output.contains(example))
      #expect(try Program.run("--help", in: folder).output.contains(command))
    }
  }
}
