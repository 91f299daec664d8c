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
