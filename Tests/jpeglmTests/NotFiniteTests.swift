import Foundation
import Testing

/// Models whose numbers are none end every command in one line.
@Suite struct NotFiniteTests {
  /// A model of digits in `name`, with the stored weights changed whose tensor's name has `part` in it.
  private func write(
    _ name: String, changing part: String, in folder: URL, _ change: (Float) -> Float
  ) throws {
    for arguments in [
      ["draw-digits", "digits", "--count", "12", "--size", "16"],
      [
        "train", "digits", "--out", "run", "--preset", "nano", "--steps", "0", "--samples", "0",
        "-q",
      ],
      ["export", "run", "--out", name, "--dtype", "f32"],
    ] {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let url = folder.appendingPathComponent("\(name)/model.safetensors")
    var file = [UInt8](try Data(contentsOf: url))
    let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let json = try JSONSerialization.jsonObject(with: Data(file[8..<8 + length]))
    var header = try #require(json as? [String: Any])
    for (name, fields) in header where name.contains(part) {
      let fields = try #require(fields as? [String: Any])
      let places = try #require(fields["data_offsets"] as? [Int])
      for place in stride(from: 8 + length + places[0], to: 8 + length + places[1], by: 4) {
        let bits = file[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let changed = change(Float(bitPattern: bits)).bitPattern
        for byte in 0..<4 { file[place + byte] = UInt8(truncatingIfNeeded: changed >> (8 * byte)) }
      }
    }
    // The checksum would notice.
    header["__metadata__"] = nil
    let text = [UInt8](try JSONSerialization.data(withJSONObject: header))
    let size = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    try Data(size + text + file[(8 + length)...]).write(to: url)
  }

  private func expectError(_ arguments: String..., says text: String, in folder: URL) throws {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty, "\(arguments): \(outcome.output)")
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test func `a weight that is not a number is named by every command that reads it`() throws {
    try withTemporaryFolder { folder in
      try write("bad", changing: "model.norm.weight", in: folder) { _ in .nan }
      let text = "a number of model.norm.weight is infinite or not a number"
      try expectError("sample", "bad", "--count", "1", "--out", "files", says: text, in: folder)
      try expectError("score", "bad", "digits", says: text, in: folder)
      try expectError("score", "bad", "digits", "--json", says: text, in: folder)
      try expectError("score", "bad", "digits", "--map", "maps", says: text, in: folder)
      try expectError("score", "bad", "digits", "--weights", "q8", says: text, in: folder)
      try expectError("export", "bad", "--out", "copy", says: text, in: folder)
      try expectError("export", "bad", "--gguf", "copy.gguf", says: text, in: folder)
      try expectError(
        "train", "digits", "--from", "bad", "--out", "next", "--steps", "1", says: text, in: folder)
      try expectError(
        "bench", "--config", "bad", "--images", "digits", "--only", "decoding", says: text,
        in: folder)
      #expect(files(below: folder.appendingPathComponent("copy")).isEmpty)
    }
  }

  @Test func `numbers too large for 16 bits are told with the way out`() throws {
    try withTemporaryFolder { folder in
      try write("big", changing: "k_proj", in: folder) { $0 * 3e6 }
      let fine = try Program.run(
        "sample", "big", "--count", "1", "--out", "files", "-q", in: folder)
      #expect(fine.status == 0, "\(fine.errors)")
      for weights in ["f16", "bf16"] {
        try expectError(
          "sample", "big", "--count", "1", "--out", "files", "-q", "--weights", weights,
          says: "take --weights f32 --cache f32", in: folder)
      }
    }
  }

  @Test func `options that are no number are told as what they are`() throws {
    try withTemporaryFolder { folder in
      for (option, value, text) in [
        ("--temperature", "nan", "--temperature nan is not a finite number of at least 0."),
        ("--temperature", "inf", "--temperature inf is not a finite number of at least 0."),
        ("--top-p", "nan", "--top-p nan is not in (0, 1]."),
      ] {
        let outcome = try Program.run("sample", "run", "--out", "s", option, value, in: folder)
        #expect(outcome.status == 64 && outcome.errors.contains(text), "\(outcome.errors)")
      }
    }
  }
}
