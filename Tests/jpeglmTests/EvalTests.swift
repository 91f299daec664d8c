import CodecLMEvaluation
import Foundation
import Testing

@Suite struct EvalTests {
  /// Rows of `columns` features that differ from each other.
  private func features(_ rows: Int, shift: Float) -> Data {
    let columns = 5
    let header = """
      {"features":{"dtype":"F32","shape":[\(rows),\(columns)],"data_offsets":[0,\(rows * columns * 4)]}}
      """
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var data = Data(bytes(of: padded.utf8.count, 8) + Array(padded.utf8))
    for index in 0..<rows * columns {
      let value = Float((index * index * 31 + 17 * index) % 101) / 100 + shift
      data += bytes(of: Int(value.bitPattern), 4)
    }
    return data
  }

  private func bytes(of number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private struct Report: Decodable {
    struct Comparison: Decodable {
      struct Kernel: Decodable { let value: Double }
      let frechet_distance: Double
      let kernel_distance: Kernel?
      let count: Int?
    }
    let comparisons: [Comparison]
    let warnings: [String]
  }

  @Test func `saved features and their statistics are as far apart`() throws {
    try withTemporaryFolder { folder in
      try features(20, shift: 0).write(to: folder.appendingPathComponent("a.safetensors"))
      try features(20, shift: 2).write(to: folder.appendingPathComponent("b.safetensors"))
      func eval(_ arguments: String...) throws -> Report {
        let outcome = try Program.run(["eval"] + arguments + ["--json"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
      }
      let first = try eval(
        "a.safetensors", "b.safetensors", "--save-statistics", "saved", "--save-features", "saved",
        "--html", "page.html")
      #expect(abs(first.comparisons[0].frechet_distance - 20) < 1e-4)
      #expect(first.comparisons[0].kernel_distance != nil)
      #expect(!first.warnings.isEmpty)
      let second = try eval("saved/real.npz", "saved/generated.npz")
      #expect(second.comparisons[0].frechet_distance == first.comparisons[0].frechet_distance)
      #expect(second.comparisons[0].kernel_distance == nil)
      #expect(second.comparisons[0].count == 20)
      let third = try eval("saved/real.safetensors", "saved/generated.npz")
      #expect(third.comparisons[0].frechet_distance == first.comparisons[0].frechet_distance)
      let page = try String(
        contentsOf: folder.appendingPathComponent("page.html"), encoding: .utf8)
      #expect(page.contains("<!doctype html>"))
      let table = try Program.run("eval", "a.safetensors", "b.safetensors", in: folder).output
      #expect(table.contains("generated, against real") && table.contains("20.00"))
    }
  }

  #if os(Linux)
    @Test func `a page that cannot be written takes nothing else with it`() throws {
      try withTemporaryFolder { folder in
        try features(20, shift: 0).write(to: folder.appendingPathComponent("a.safetensors"))
        try features(20, shift: 2).write(to: folder.appendingPathComponent("b.safetensors"))
        let outcome = try Program.run(
          "eval", "a.safetensors", "b.safetensors", "--html", "/dev/full", "--save-statistics",
          "saved", in: folder)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.output.contains("20.00"))
        #expect(files(below: folder.appendingPathComponent("saved")).count == 2)
      }
    }
  #endif

  @Test func `what cannot be compared is told in one line`() throws {
    try withTemporaryFolder { folder in
      try features(20, shift: 0).write(to: folder.appendingPathComponent("a.safetensors"))
      try Data("no archive".utf8).write(to: folder.appendingPathComponent("b.npz"))
      for (name, text) in [("b.npz", "b.npz"), ("missing", "check the path")] {
        let outcome = try Program.run("eval", "a.safetensors", name, in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
      }
    }
  }
}
