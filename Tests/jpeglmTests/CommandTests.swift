import Foundation
import Testing

/// The built program, from end to end.
@Suite struct CommandTests {
  private struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  private static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  private static func run(_ arguments: [String]) throws -> Outcome {
    let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let process = Process()
    process.executableURL = products.appendingPathComponent("jpeglm")
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    let errorData = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }

  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("jpeglm-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func `from pictures to a model to pictures`() throws {
    try Self.withFolder { folder in
      #expect(try Self.run("draw-digits", "\(folder)/digits", "--count", "40").status == 0)
      let train = try Self.run(
        "train", "\(folder)/digits", "--out", "\(folder)/run", "--preset", "nano", "--steps", "3")
      #expect(train.status == 0, "\(train.errors)")
      #expect(train.errors.contains("bits/image"))
      for name in [
        "config.json", "model.safetensors", "codec.json", "tokenizer.json", "metrics.jsonl",
      ] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/run/\(name)"), "\(name)")
      }
      let sample = try Self.run(
        "sample", "\(folder)/run", "--count", "3", "--out", "\(folder)/out", "--grid",
        "\(folder)/grid.jpg", "--json")
      #expect(sample.status == 0, "\(sample.errors)")
      let report = try #require(
        JSONSerialization.jsonObject(with: Data(sample.output.utf8)) as? [String: Any])
      #expect(report["decoded"] as? Int == 3)
      for name in ["out/00000.jpg", "out/00002.jpg", "grid.jpg"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"), "\(name)")
      }
      #expect(try Self.run("info", "\(folder)/run").output.contains("28 × 28"))
      let canonical = try Self.run(
        "canonicalize", "\(folder)/out", "--out", "\(folder)/canonical", "--no-resize",
        "--subsampling", "grayscale")
      #expect(canonical.status == 0, "\(canonical.errors)")
      #expect(
        FileManager.default.contents(atPath: "\(folder)/canonical/00001.jpg")
          == FileManager.default.contents(atPath: "\(folder)/out/00001.jpg"))
    }
  }

  @Test func `bad input is one line, a status, and nothing on disk`() throws {
    try Self.withFolder { folder in
      for name in ["empty", "text", "fake"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      _ = FileManager.default.createFile(atPath: "\(folder)/text/a.txt", contents: Data("hi".utf8))
      _ = FileManager.default.createFile(atPath: "\(folder)/fake/a.jpg", contents: Data("hi".utf8))
      for name in ["empty", "text", "fake", "missing", "fake/a.jpg"] {
        let outcome = try Self.run(
          "train", "\(folder)/\(name)", "--out", "\(folder)/run", "--steps", "1")
        #expect(outcome.status == 1, "\(name)")
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
        #expect(lines.count == 1 && lines[0].contains(folder), "\(name): \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"), "\(name)")
      }
      let sample = try Self.run("sample", "\(folder)/none", "--out", "\(folder)/out")
      #expect(sample.status == 1 && sample.errors.contains("\(folder)/none"))
      let blocked = try Self.run("draw-digits", "\(folder)/text/a.txt", "--count", "1")
      #expect(blocked.status == 1 && blocked.errors.contains("a.txt"))
    }
  }

  @Test(arguments: [
    ["train", "x", "--out", "y", "--batch", "0"],
    ["train", "x", "--out", "y", "--steps", "1", "--minutes", "1"],
    ["train", "x", "--out", "y", "--size", "0"],
    ["sample", "x", "--out", "y", "--temperature", "0"],
    ["sample", "x"],
  ])
  func `a mistake in the arguments has status 64`(arguments: [String]) throws {
    let outcome = try Self.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("Error: "))
  }

  @Test(arguments: ["train", "sample", "canonicalize", "info", "bench", "draw-digits"])
  func `a command's help shows it in use`(command: String) throws {
    let outcome = try Self.run(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("  jpeglm \(command) "))
  }
}
