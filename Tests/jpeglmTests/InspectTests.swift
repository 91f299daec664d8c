import Foundation
import Testing

@Suite struct InspectTests {
  /// One drawn digit, 20 pixels square, gray, with a restart marker after each MCU.
  private func digit(in folder: URL) throws -> Data {
    let drawn = try Program.run("draw-digits", "digits", "--count", "1", in: folder)
    #expect(drawn.status == 0)
    let made = try Program.run(
      "canonicalize", "digits", "--out", "canonical", "--size", "20", "--subsampling", "grayscale",
      "--restart", "1", in: folder)
    #expect(made.status == 0, "\(made.errors)")
    let name = try #require(files(below: folder.appendingPathComponent("canonical")).first)
    let data = try Data(contentsOf: folder.appendingPathComponent("canonical/\(name)"))
    try data.write(to: folder.appendingPathComponent("digit.jpg"))
    return data
  }

  @Test func `a file's markers, costs and units are printed`() throws {
    try withTemporaryFolder { folder in
      let data = try digit(in: folder)
      let text = try Program.run("inspect", "digit.jpg", "--mcu", "4", in: folder)
      #expect(text.status == 0, "\(text.errors)")
      for part in [
        "SOI", "DQT", "Annex K", "restart interval 1", "20 × 20", "9 MCUs", "restart markers",
        "MCU 4", "EOB", "EOI", "libjpeg quality 25",
      ] {
        #expect(text.output.contains(part), "\(part)")
      }
      let json = try Program.run("inspect", "digit.jpg", "--json", in: folder)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      #expect(object["bytes"] as? Int == data.count)
      let scans = try #require(object["scans"] as? [[String: Any]])
      #expect(scans.count == 1)
      #expect(scans[0]["mcu_count"] as? Int == 9)
      #expect(scans[0]["restart_markers"] as? Int == 8)
      #expect((object["segments"] as? [Any])?.count == 9)
    }
  }

  @Test func `what cannot be taken apart ends with one line`() throws {
    try withTemporaryFolder { folder in
      let data = try digit(in: folder)
      try data.dropLast(9).write(to: folder.appendingPathComponent("cut.jpg"))
      var progressive = data
      let frame = try #require(data.firstRange(of: Data([0xFF, 0xC0])))
      progressive[frame.lowerBound + 1] = 0xC2
      try progressive.write(to: folder.appendingPathComponent("progressive.jpg"))
      for (arguments, text) in [
        (["cut.jpg"], "cut.jpg: byte "), (["progressive.jpg"], "progressive DCT"),
        (["digit.jpg", "--mcu", "9"], "0 … 8"),
      ] {
        let outcome = try Program.run(["inspect"] + arguments, in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
        #expect(outcome.output.contains("SOF"))
      }
      let missing = try Program.run("inspect", "nothing.jpg", in: folder)
      #expect(missing.status == 1)
      #expect(missing.errors.contains("nothing.jpg"))
      #expect(missing.output.isEmpty)
    }
  }

  /// A black file of one component, whose tables give each block two bits; of a progressive one there are
  /// only DC coefficients, of one bit each.
  private func gray(_ width: Int, _ height: Int, frame: UInt8 = 0xC0, precision: UInt8 = 8) -> Data
  {
    func word(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
    func table(_ destination: UInt8) -> [UInt8] {
      [0xFF, 0xC4, 0, 20, destination, 1] + [UInt8](repeating: 0, count: 16)
    }
    let isProgressive = frame == 0xC2
    let bits = (width + 7) / 8 * ((height + 7) / 8) * (isProgressive ? 1 : 2)
    var file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    file += [0xFF, frame, 0, 11, precision] + word(height) + word(width) + [1, 1, 0x11, 0]
    file += table(0) + table(0x10) + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, isProgressive ? 0 : 63, 0]
    file += [UInt8](repeating: 0, count: bits / 8)
    if bits % 8 > 0 { file.append(0xFF >> UInt8(bits % 8)) }
    return Data(file + [0xFF, 0xD9])
  }

  @Test func `canonicalize is named as the way out only where it is one`() throws {
    try withTemporaryFolder { folder in
      let files = [
        ("progressive.jpg", gray(20, 20, frame: 0xC2), true),
        ("dnl.jpg", gray(20, 0), false), ("lossless.jpg", gray(20, 20, frame: 0xC3), false),
        ("deep.jpg", gray(20, 20, frame: 0xC1, precision: 12), false),
        ("differential.jpg", gray(20, 20, frame: 0xC5), false),
      ]
      for (name, data, isDecodable) in files {
        try data.write(to: folder.appendingPathComponent(name))
        let outcome = try Program.run("inspect", name, in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("cannot be taken apart"), "\(outcome.errors)")
        #expect(outcome.errors.contains("canonicalize") == isDecodable, "\(outcome.errors)")
        let made = try Program.run("canonicalize", name, "--check", "--size", "8", in: folder)
        #expect((made.status == 0) == isDecodable, "\(made.errors)")
      }
    }
  }

  @Test func `a panorama keeps its size`() throws {
    try withTemporaryFolder { folder in
      try gray(30_000, 8).write(to: folder.appendingPathComponent("wide.jpg"))
      for stream in ["full", "symbols"] {
        let made = try Program.run(
          "canonicalize", "wide.jpg", "--out", stream, "--no-resize", "--stream", stream,
          "--subsampling", "grayscale", in: folder)
        #expect(made.status == 0, "\(made.errors)")
      }
      let inspected = try Program.run("inspect", "full/wide.jpg", in: folder)
      #expect(inspected.status == 0, "\(inspected.errors)")
      #expect(inspected.output.contains("30000 × 8"))
      let check = try Program.run(
        "canonicalize", "wide.jpg", "--check", "--no-resize", "--subsampling", "grayscale",
        in: folder)
      #expect(check.status == 0, "\(check.errors)")
      let model = try Program.run(
        "canonicalize", "wide.jpg", "--check", "--size", "4097", in: folder)
      #expect(model.status != 0 && model.errors.contains("4096"), "\(model.errors)")
    }
  }

  @Test func `a check writes nothing`() throws {
    try withTemporaryFolder { folder in
      _ = try digit(in: folder)
      let before = files(below: folder)
      let outcome = try Program.run(
        "canonicalize", "digits", "--check", "--size", "24", "--restart", "1", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("1 files are accepted"))
      #expect(files(below: folder) == before)
      let both = try Program.run("canonicalize", "digits", "--check", "--out", "x", in: folder)
      #expect(both.status != 0)
    }
  }
}
