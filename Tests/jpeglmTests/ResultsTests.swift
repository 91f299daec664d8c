import Foundation
import Testing

@Suite struct ResultsTests {
  private func write(_ bytes: [UInt8], _ name: String, in folder: URL) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  @Test(arguments: [
    ["draw-digits", "digits", "--count", "1"], ["inspect", "a.jpg"],
    ["inspect", "a.jpg", "--json"],
    ["tokenize", "a.jpg", "--tokenizer", "run"], ["info", "run", "--json"], ["info", "run"],
    ["score", "run", "a.jpg"], ["--help"], ["sample", "--help"], ["--version"], [],
  ])
  func `results that cannot be written are an error`(_ arguments: [String]) throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "pics", "--count", "1", "--size", "16", in: folder)
      _ = try Program.run(
        "train", "pics", "--out", "run", "--preset", "nano", "--steps", "0", "--samples", "0",
        in: folder)
      let picture = folder.appendingPathComponent("a.jpg")
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent("pics/0-0.jpg"), to: picture)
      let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
      let outcome = try Program.run(arguments, in: folder, output: full)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("standard output"), "\(outcome.errors)")
      // A pipe whose reader has ended.
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let broken = try Program.run(
        arguments, in: folder, output: pipe.fileHandleForWriting)
      #expect(broken.status == 1)
      #expect(broken.errors.contains("standard output"), "\(broken.errors)")
    }
  }

  @Test func `a name of a file does nothing on the terminal`() throws {
    try withTemporaryFolder { folder in
      let name = "a\u{1B}[2J\u{202E}\nError: b.jpg"
      let shown = "a\\x1B[2J\\u{202E}\\nError: b.jpg"
      _ = try Program.run("draw-digits", "pics", "--count", "1", "--size", "16", in: folder)
      _ = try Program.run(
        "train", "pics", "--out", "run", "--preset", "nano", "--steps", "0", "--samples", "0",
        in: folder)
      let picture = folder.appendingPathComponent("pics/0-0.jpg")
      try FileManager.default.moveItem(at: picture, to: folder.appendingPathComponent(name))
      let inspected = try Program.run("inspect", name, in: folder)
      #expect(inspected.output.hasPrefix("\(shown): "))
      let scored = try Program.run("score", "run", name, in: folder)
      #expect(scored.output.contains("  \(shown)\n"))
      let json = try Program.run("score", "run", name, "--json", in: folder)
      #expect(
        json.output.unicodeScalars.allSatisfy {
          $0 == "\n" || $0.properties.generalCategory != .control
        })
      #expect(json.output.contains("\\u202e"))
      try write(Array("a letter".utf8), name, in: folder)
      for command in [["inspect", name], ["score", "run", name]] {
        let failed = try Program.run(command, in: folder)
        #expect(failed.status == 1 && failed.errorLines.count == 1, "\(failed.errors)")
        #expect(failed.errors.contains(shown))
        #expect(!failed.errors.contains("\u{1B}"))
      }
    }
  }

  @Test func `an error while a command runs shows its own usage`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run("draw-digits", "pics", "--count", "1", "--size", "16", in: folder)
      let same = try Program.run("canonicalize", "pics", "--out", "pics", in: folder)
      #expect(same.errors.contains("Usage: jpeglm canonicalize"), "\(same.errors)")
    }
  }
}
