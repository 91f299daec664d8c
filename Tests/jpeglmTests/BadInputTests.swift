import Foundation
import Testing

@Suite struct BadInputTests {
  /// A call that must fail with one line, and leave no file behind.
  private func expectError(
    _ arguments: String..., says text: String, in folder: URL,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = files(below: folder)
    let outcome = try Program.run(arguments, in: folder)
    let errors = outcome.errors
    #expect(outcome.status == 1, "\(errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(errors)", sourceLocation: sourceLocation)
    let last = errors.split(separator: "\n").last
    #expect(last == outcome.errorLines.last, "\(errors)", sourceLocation: sourceLocation)
    #expect(last?.contains(text) == true, "\(errors)", sourceLocation: sourceLocation)
    #expect(files(below: folder) == before, sourceLocation: sourceLocation)
  }

  private func write(_ bytes: [UInt8], _ name: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  private func drawDigits(in folder: URL) throws {
    #expect(try Program.run("draw-digits", "digits", "--count", "2", in: folder).status == 0)
  }

  /// A JPEG file that claims 65,000 × 65,000 pixels of gray and has no data.
  private let hugeClaim: [UInt8] =
    [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFD, 0xE8, 0xFD, 0xE8, 1, 1, 0x11, 0]
    + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9]

  @Test func `folders without images are refused`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("empty"), withIntermediateDirectories: false)
      try write(Array("a letter".utf8), "letters/letter.txt", in: folder)
      for (name, text) in [
        ("empty", "no JPEG file"), ("letters", "no JPEG file"), ("missing", "check the path"),
        ("letters/letter.txt", "is not a folder"),
      ] {
        try expectError("train", name, "--out", "run", "--steps", "1", says: text, in: folder)
      }
    }
  }

  @Test func `files that only look like images are refused`() throws {
    try withTemporaryFolder { folder in
      try write(Array("a letter".utf8), "letters/letter.jpg", in: folder)
      try write(hugeClaim, "huge/huge.jpg", in: folder)
      try expectError(
        "train", "letters", "--out", "run", "--steps", "1", says: "letter.jpg", in: folder)
      try expectError(
        "train", "letters", "--out", "run", "--steps", "1", "--strict", says: "letter.jpg",
        in: folder)
      try expectError("train", "huge", "--out", "run", "--steps", "1", says: "65000", in: folder)
      try expectError(
        "canonicalize", "huge", "--out", "small", "--strict", says: "65000", in: folder)
    }
  }

  @Test func `a run that does not exist is refused`() throws {
    try withTemporaryFolder { folder in
      try expectError("sample", "run", "--out", "samples", says: "no such folder", in: folder)
      try expectError("score", "run", "x.jpg", says: "no such folder", in: folder)
      try expectError("info", "run", says: "no such folder", in: folder)
      try drawDigits(in: folder)
      try expectError(
        "train", "digits", "--out", "run", "--resume", says: "leave out --resume", in: folder)
    }
  }

  @Test func `what is no run is not drawn`() throws {
    try withTemporaryFolder { folder in
      try expectError("report", "run", "--html", "a.html", says: "no training run", in: folder)
    }
  }

  @Test func `an output folder that is a file is refused`() throws {
    try withTemporaryFolder { folder in
      try write([1], "taken", in: folder)
      try drawDigits(in: folder)
      try expectError("draw-digits", "taken", says: "taken", in: folder)
      try expectError("draw-digits", "taken/below", says: "taken", in: folder)
      try expectError(
        "train", "digits", "--out", "taken", "--steps", "1", says: "taken", in: folder)
      try expectError("canonicalize", "digits", "--out", "taken", says: "taken", in: folder)
    }
  }

  @Test func `score names what it cannot read and fails when nothing is left`() throws {
    try withTemporaryFolder { folder in
      try drawDigits(in: folder)
      let train = ["train", "digits", "--out", "run", "--steps", "0", "--preset", "nano"]
      #expect(try Program.run(train, in: folder).status == 0)
      try write(Array("a letter".utf8), "letter.jpg", in: folder)
      let mixed = try Program.run("score", "run", "digits", "letter.jpg", in: folder)
      #expect(mixed.status == 0)
      #expect(mixed.errors.contains("letter.jpg") && mixed.output.contains("1 skipped"))
      try expectError("score", "run", "letter.jpg", says: "letter.jpg", in: folder)
      try expectError(
        "sample", "run", "--prompt", "letter.jpg", "--out", "out", says: "letter.jpg", in: folder)
    }
  }

  @Test func `a run is not overwritten`() throws {
    try withTemporaryFolder { folder in
      try drawDigits(in: folder)
      let train = ["train", "digits", "--out", "run", "--steps", "0", "--preset", "nano"]
      #expect(try Program.run(train, in: folder).status == 0)
      try expectError(
        "train", "digits", "--out", "run", "--steps", "0", says: "--resume", in: folder)
    }
  }

  @Test(arguments: [
    ["train", "x", "--out", "run", "--batch", "0"],
    ["train", "x", "--out", "run", "--steps", "1", "--minutes", "1"],
    ["train", "x", "--out", "run", "--size", "0"],
    ["train", "x", "--out", "run", "--threads", "0"],
    ["train", "x", "--out", "run", "--preset", "huge"],
    ["train", "x", "--out", "run", "--preset", "nano", "--config", "a.json"],
    ["train", "x", "--out", "run", "--from", "y", "--size", "32"],
    ["train", "x", "--out", "run", "--from", "y", "--quality", "25"],
    ["train", "x", "--out", "run", "--from", "y", "--preset", "nano"],
    ["train", "x", "--out", "run", "--minutes", "1e18"],
    ["train", "x", "--out", "run", "--steps", "9223372036854775807"],
    ["train", "x", "--out", "run", "--checkpoint-every", "inf"],
    ["train", "x", "--out", "run", "--keep", "0"],
    ["train", "x"],
    ["report", "x"],
    ["sample", "x", "--out", "y", "--count", "0"],
    ["sample", "x", "--out", "y", "--temperature", "-1"],
    ["sample", "x", "--out", "y", "--top-p", "1.5"],
    ["sample", "x", "--out", "y", "--keep", "0.5"],
    ["sample", "x", "--out", "y", "--prompt", "z", "--keep", "0.5", "--keep-rows", "1"],
    ["sample", "x", "--out", "y", "--prompt", "z", "--keep", "1.5"],
    ["score", "x"],
    ["canonicalize", "x", "--out", "y", "--size", "8", "--no-resize"],
    ["draw-digits", "x", "--count", "0"],
    ["eval", "x"],
    ["eval", "x", "y", "--quality", "25"],
    ["eval", "x", "y", "--real", "z"],
    ["eval", "x", "y", "--keep", "0.5"],
    ["eval", "x", "--real", "y", "--keep", "1.5"],
    ["eval", "x", "--real", "y", "--size", "8"],
    ["eval", "x", "y", "--count", "1"],
    ["paint"],
  ])
  func `a mistake in the arguments is told from other errors`(_ arguments: [String]) throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.status == 64)
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.contains("Usage: jpeglm"))
      #expect(files(below: folder).isEmpty)
    }
  }
}
