import Foundation
import Testing

@Suite struct SampleTests {
  /// An untrained model of pictures of a size, `run`, and drawn digits, `pics`.
  private func model(
    _ size: Int, _ options: String..., pictures: Int = 3, in folder: URL
  ) throws {
    let drawn = try Program.run(
      "draw-digits", "pics", "--count", "\(pictures)", "--size", "16", in: folder)
    #expect(drawn.status == 0, "\(drawn.errors)")
    let trained = try Program.run(
      ["train", "pics", "--out", "run", "--preset", "nano", "--steps", "0", "--samples", "0"]
        + ["--size", "\(size)", "-q"] + options, in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
  }

  private func copy(_ from: String, _ to: String, in folder: URL) throws {
    let target = folder.appendingPathComponent(to)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.appendingPathComponent(from), to: target)
  }

  private struct Sampled: Decodable {
    let count: Int
    let files: [String]
    let skipped: [String]
    let grids: [String]?
  }

  private func sample(_ arguments: String..., in folder: URL) throws -> Sampled {
    let outcome = try Program.run(["sample", "run", "--json", "-q"] + arguments, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Sampled.self, from: Data(outcome.output.utf8))
  }

  @Test func `photos of one name each have files of their own`() throws {
    try withTemporaryFolder { folder in
      try model(8, in: folder)
      let photos = ["x/a.jpg", "y/a.jpg", "z/a-1.jpg", "z/A-0.JPEG", "z/a-2.jpg"]
      for photo in photos { try copy("pics/1-1.jpg", photo, in: folder) }
      let sampled = try sample(
        "--prompt", "x/a.jpg", "y/a.jpg", "z/a-1.jpg", "z/A-0.JPEG", "z/a-2.jpg", "--count", "1",
        "--out", "out", in: folder)
      #expect(sampled.files.count == 5)
      let names = files(below: folder.appendingPathComponent("out"))
      #expect(names.count == 15)
      #expect(Set(names.map { $0.lowercased() }).count == 15)
      for file in sampled.files { #expect(names.contains { "out/\($0)" == file }) }
    }
  }

  @Test func `of a folder of photos the bad ones are skipped and named`() throws {
    try withTemporaryFolder { folder in
      try model(8, pictures: 4, in: folder)
      let bad = folder.appendingPathComponent("pics/2-2b.jpg")
      try Data("<html>404</html>".utf8).write(to: bad)
      let outcome = try Program.run(
        "sample", "run", "--prompt", "pics", "--count", "1", "--out", "out", "--grid", "grid.jpg",
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("skipped pics/2-2b.jpg"))
      #expect(outcome.output.contains("1 skipped"))
      #expect(files(below: folder.appendingPathComponent("out")).count == 12)
      let none = try Program.run(
        "sample", "run", "--prompt", "pics/2-2b.jpg", "--out", "none", in: folder)
      #expect(none.status == 1 && none.errorLines.count == 1, "\(none.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("none").path))
    }
  }

  @Test func `a second sheet, which nobody named, replaces nothing`() throws {
    try withTemporaryFolder { folder in
      try model(512, in: folder)
      try Data([1]).write(to: folder.appendingPathComponent("grid-2.jpg"))
      // One sheet has room for 240.
      let outcome = try Program.run(
        "sample", "run", "--count", "241", "--out", "out", "--grid", "grid.jpg", in: folder)
      #expect(outcome.status == 1 && outcome.errors.contains("grid-2.jpg"), "\(outcome.errors)")
      #expect(files(below: folder.appendingPathComponent("out")).isEmpty)
    }
  }

  @Test func `a sheet does not replace what was sampled`() throws {
    try withTemporaryFolder { folder in
      try model(8, in: folder)
      for option in ["--grid", "--live"] {
        let outcome = try Program.run(
          "sample", "run", "--count", "2", "--out", "out", option, "out/00001.jpg", in: folder)
        #expect(outcome.status == 64 && outcome.errors.contains("out/00001.jpg"))
      }
    }
  }

  @Test(arguments: [
    ["sample", "run", "--out", "out", "--grid", "taken"],
    ["sample", "run", "--out", "out", "--live", "file/grid.jpg"],
    ["sample", "run", "--out", "file", "--grid", "grid.jpg"],
    ["eval", "run", "--real", "pics", "--html", "taken"],
    ["eval", "run", "--real", "pics", "--samples", "file"],
    ["eval", "run", "--real", "pics", "--save-features", "file/a"],
    ["eval", "run", "--real", "pics", "--save-statistics", "file"],
    ["report", "run", "--html", "taken"],
    ["score", "run", "pics", "--map", "file"],
    ["train-tokenizer", "pics", "--out", "taken"],
    ["train-tokenizer", "pics", "--out", "file/tokenizer.json"],
    ["export", "run", "--out", "out", "--gguf", "taken"],
  ])
  func `a place that results cannot have is told before any work`(_ arguments: [String]) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("taken"), withIntermediateDirectories: false)
      try Data([1]).write(to: folder.appendingPathComponent("file"))
      // The run is missing: nothing was opened yet.
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("Error: cannot write "), "\(outcome.errors)")
      #expect(files(below: folder) == ["file"])
    }
  }

  @Test func `a report goes into a folder that is made for it`() throws {
    try withTemporaryFolder { folder in
      try model(8, in: folder)
      let outcome = try Program.run("report", "run", "--html", "a/b/page.html", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(files(below: folder).contains("a/b/page.html"))
    }
  }

  #if os(Linux)
    @Test func `memory does not grow with the number of pictures`() throws {
      try withTemporaryFolder { folder in
        // Each is cut off and blank: 196 kB decoded, a few kilobytes compressed.
        try model(
          256, "--subsampling", "4:2:0", "--context", "16", "--tokenizer", "bytes", in: folder)
        func peak(_ count: Int) throws -> Int {
          try Program.peakMemory(
            ["sample", "run", "--count", "\(count)", "--out", "out-\(count)", "-q"], in: folder)
        }
        let (few, many) = (try peak(32), try peak(112))
        // Held decoded, 80 more are 15.7 MB.
        #expect(many - few < 8 << 20, "\(few), \(many)")
      }
    }
  #endif
}
