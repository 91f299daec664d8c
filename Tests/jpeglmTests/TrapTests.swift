import CodecLM
import Foundation
import Testing

/// Every command that writes files, in a folder full of traps: not one byte that was there may change or go.
@Suite struct TrapTests {
  /// The bytes and the links of a folder, by the bytes of their paths.
  private func contents(of folder: String) throws -> [[UInt8]: [UInt8]] {
    var result: [[UInt8]: [UInt8]] = [:]
    func visit(_ path: String) throws {
      for name in try Folders.names(in: path) {
        let place = "\(path)/\(name)"
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place) {
          result[place.fileNameBytes] = Array("-> \(target)".utf8)
        } else if FolderListing.kind(of: place) == .folder {
          try visit(place)
        } else {
          result[place.fileNameBytes] = try FileBytes.read(place)
        }
      }
    }
    try visit(folder)
    return result
  }

  private func run(_ arguments: [String], in folder: URL) throws -> Program.Outcome {
    let outcome = try Program.run(arguments, in: folder)
    #expect([0, 1, 64].contains(outcome.status), "\(arguments): \(outcome.errors)")
    #expect(outcome.errorLines.count <= 1, "\(arguments): \(outcome.errors)")
    return outcome
  }

  /// A folder of photos as people have them, and a run beside it.
  private func lay(in folder: URL) throws {
    let names: [[UInt8]] =
      ["1.jpg", "1.jpeg", "a/1.jpg", "b/1.jpg", "cafe\u{301}.jpg", "caf\u{E9}.jpg", "-x.jpg"]
      .map { Array($0.utf8) } + [
        [0x63, 0x61, 0x66, 0xE9] + Array(".jpg".utf8), Array("a b\n\u{1B}[31m.jpg".utf8),
        Array((String(repeating: "n", count: 240) + ".jpg").utf8),
      ]
    #expect(
      try run(["draw-digits", "drawn", "--count", "12", "--size", "16"], in: folder).status == 0)
    #expect(
      try run(
        ["train", "drawn", "--out", "run", "--preset", "nano", "--steps", "0", "--samples", "0"],
        in: folder
      ).status == 0)
    let photos = folder.appendingPathComponent("photos").path
    for (index, name) in names.enumerated() {
      let picture = try FileBytes.read(
        folder.appendingPathComponent("drawn/\(index)-\(index).jpg").path)
      let path = "\(photos)/\(String(fileName: name))"
      try Folders.make(path.folderOfPath)
      try AtomicFile.write(picture, path: path)
    }
    for (name, text) in [
      ("00000.jpg", "not a picture"), ("config.json", "{}"), ("report.html", "<p>mine</p>"),
      ("tokenizer.json", "{}"), (".notes.2024.partial", "notes"), ("real.npz", "numbers"),
      ("real.safetensors", "numbers"), ("0-0.jpg", "a letter"), ("samples/step-000000.jpg", "mine"),
      ("model.gguf", "weights"), ("grid.jpg", "my own grid"), ("1-original.jpg", "kept"),
    ] {
      let path = "\(photos)/\(name)"
      try Folders.make(path.folderOfPath)
      try AtomicFile.write(Array(text.utf8), path: path)
    }
    for (name, target) in [
      ("up", ".."), ("same", "a"), ("link.jpg", "1.jpg"), ("gone.jpg", "nowhere"),
      ("../pics", "photos"), ("loop.jpg", "loop.jpg"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(photos)/\(name)", withDestinationPath: target)
    }
    try Folders.make("\(photos)/locked")
    try AtomicFile.write([1], path: "\(photos)/locked/x.jpg")
  }

  private static let calls: [[String]] = [
    ["canonicalize", "photos", "--out", "pics", "--size", "16"],
    ["canonicalize", "photos", "--out", "photos", "--size", "16", "--force"],
    ["canonicalize", "photos", "--out", "photos/small", "--size", "16"],
    ["canonicalize", "photos/a", "photos/b", "--out", "photos", "--size", "16"],
    ["canonicalize", "pics/a", "--out", "photos/same", "--size", "16", "--force"],
    ["score", "run", "photos", "--map", "photos"],
    ["score", "run", "photos", "--map", "pics", "--force"],
    ["score", "run", "photos/a", "photos/b", "--map", "maps"],
    ["sample", "run", "--count", "2", "--out", "photos"],
    ["sample", "run", "--count", "1", "--out", "new", "--grid", "photos/grid.jpg"],
    ["sample", "run", "--count", "1", "--out", "new", "--live", "photos/1.jpg"],
    ["sample", "run", "--count", "1", "--out", "new", "--grid", "photos/gone.jpg"],
    ["sample", "run", "--count", "1", "--out", "new", "--grid", "photos/loop.jpg"],
    [
      "sample", "run", "--prompt", "photos/1.jpg", "--count", "1", "--out", "new", "--grid",
      "photos/1.jpg", "--force",
    ],
    ["train-tokenizer", "photos", "--out", "photos/1.jpg", "--size", "16", "--force"],
    ["sample", "run", "--prompt", "photos", "--keep", "0.5", "--count", "1", "--out", "photos"],
    ["export", "run", "--out", "photos"], ["export", "run", "--out", "run"],
    ["export", "run", "--gguf", "photos/model.gguf"],
    ["train", "photos", "--out", "photos", "--preset", "nano", "--steps", "1", "--samples", "1"],
    ["train", "photos", "--out", "pics", "--preset", "nano", "--steps", "0", "--samples", "1"],
    [
      "train", "photos", "--out", "photos/run", "--preset", "nano", "--steps", "1", "--samples",
      "1",
    ],
    ["train", "photos", "--out", "photos/run", "--resume", "--steps", "2", "--samples", "1"],
    ["draw-digits", "photos", "--count", "3"], ["draw-digits", "pics/a", "--count", "3"],
    ["report", "run", "--html", "photos/report.html"],
    ["report", "run", "--html", "photos/1.jpg"],
    ["train-tokenizer", "photos", "--out", "photos/tokenizer.json", "--size", "16"],
    ["eval", "photos", "photos", "--html", "photos/report.html"],
    ["eval", "photos", "photos", "--save-statistics", "photos"],
    ["eval", "photos", "photos", "--save-features", "photos"],
    ["eval", "run", "--real", "photos", "--count", "2", "--samples", "photos"],
  ]

  @Test func `no command changes what was there before`() throws {
    try withTemporaryFolder { folder in
      try lay(in: folder)
      let photos = folder.appendingPathComponent("photos").path
      let run = folder.appendingPathComponent("run").path
      let (before, model) = (try contents(of: photos), try contents(of: run))
      #expect(before.count > 25)
      for call in Self.calls {
        _ = try self.run(call, in: folder)
        let after = try contents(of: photos)
        let changed = before.filter { after[$0.key] != $0.value }.keys
          .map { String(decoding: $0, as: UTF8.self) }
        #expect(changed.isEmpty, "\(call): \(changed)")
        guard changed.isEmpty else { return }
      }
      let models = try contents(of: run)
      #expect(model.allSatisfy { models[$0.key] == $0.value })
    }
  }

  @Test func `a command replaces what it wrote itself, and only that`() throws {
    try withTemporaryFolder { folder in
      #expect(try run(["draw-digits", "drawn", "--count", "4"], in: folder).status == 0)
      let call = ["canonicalize", "drawn", "--out", "small", "--size", "16"]
      #expect(try run(call, in: folder).status == 0)
      #expect(try run(call, in: folder).status == 0)
      // Other results of the same command.
      let larger = ["canonicalize", "drawn", "--out", "small", "--size", "24"]
      #expect(try run(larger, in: folder).status == 0)
      // One that somebody changed is theirs.
      let changed = folder.appendingPathComponent("small/1-1.jpg")
      try Data("mine".utf8).write(to: changed)
      let refused = try run(call, in: folder)
      #expect(refused.status != 0 && refused.errors.contains("small/1-1.jpg exists"))
      #expect(try Data(contentsOf: changed) == Data("mine".utf8))
      #expect(try run(call + ["--force"], in: folder).status == 0)
      #expect(try Data(contentsOf: changed) != Data("mine".utf8))
    }
  }

  @Test func `what the program makes of pictures is not taken for more of them`() throws {
    try withTemporaryFolder { folder in
      #expect(
        try run(["draw-digits", "pics", "--count", "40", "--size", "16"], in: folder).status == 0)
      let pics = folder.appendingPathComponent("pics")
      let train = ["train", ".", "--out", "run", "--preset", "nano", "--samples", "2"]
      #expect(try run(train + ["--steps", "2"], in: pics).status == 0)
      #expect(
        try run(["canonicalize", ".", "--out", "small", "--size", "16"], in: pics).status == 0)
      #expect(try run(["sample", "run", "--count", "2", "--out", "new"], in: pics).status == 0)
      #expect(try run(["score", "run", ".", "--map", "maps"], in: pics).status == 0)
      let resumed = try run(train + ["--steps", "3", "--resume"], in: pics)
      #expect(resumed.status == 0, "\(resumed.errors)")
      let again = try run(["canonicalize", ".", "--out", "small", "--size", "16"], in: pics)
      #expect(again.output.hasPrefix("40 files"))
      // What it draws for its own sake may be learnt, and a folder that is named is meant.
      #expect(
        try run(["canonicalize", "small", "--check", "--size", "16"], in: pics).output.hasPrefix(
          "40"))
    }
  }

  @Test func `a refused resume leaves the run as it was, and it goes on with the same pictures`()
    throws
  {
    try withTemporaryFolder { folder in
      #expect(
        try run(["draw-digits", "pics", "--count", "12", "--size", "16"], in: folder).status == 0)
      let train = ["train", "pics", "--out", "run", "--preset", "nano", "--samples", "0"]
      #expect(try run(train + ["--steps", "1"], in: folder).status == 0)
      let before = try contents(of: folder.appendingPathComponent("run").path)
      let more = folder.appendingPathComponent("pics/more.jpg")
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent("pics/1-1.jpg"), to: more)
      let refused = try run(train + ["--steps", "2", "--resume"], in: folder)
      #expect(refused.status == 1 && refused.errors.contains("more.jpg"))
      #expect(try contents(of: folder.appendingPathComponent("run").path) == before)
      try FileManager.default.removeItem(at: more)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1)],
        ofItemAtPath: folder.appendingPathComponent("pics/1-1.jpg").path)
      #expect(try run(train + ["--steps", "2", "--resume"], in: folder).status == 0)
    }
  }

  @Test(arguments: ["", "~/pictures"])
  func `a shell's mistakes are refused`(_ path: String) throws {
    try withTemporaryFolder { folder in
      for call in [["canonicalize", path, "--out", "x"], ["train", path, "--out", "run"]] {
        let outcome = try Program.run(call, in: folder)
        #expect(outcome.status == 64)
      }
      #expect(files(below: folder).isEmpty)
    }
  }
}
