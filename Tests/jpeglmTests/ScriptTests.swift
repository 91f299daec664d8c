import Foundation
import Testing

private let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// Scripts that need nothing but Python.
@Suite(.enabled(if: python != nil, "python3 is not installed")) struct ScriptTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func run(
    _ arguments: [String], in folder: URL, environment: [String: String]? = nil
  ) throws -> (status: Int32, output: String) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = pipe
    process.standardError = pipe
    if let environment { process.environment = environment }
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test func `a sweep of other pictures is not told the first ones' figures`() throws {
    try withTemporaryFolder { folder in
      // What a training of two validations leaves.
      let program = folder.appendingPathComponent("program")
      try Data(
        #"""
        #!/bin/sh
        for seconds in 60 120; do
          echo "{\"seconds\": $seconds, \"validation_bits_per_image\": 700, \"images\": 3, \
        \"validation_baseline_share\": 0.$seconds, \"tokens\": 9}"
        done > "$4/metrics.jsonl"
        """#.utf8
      ).write(to: program)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
      func sweep(_ pictures: String, _ runs: String...) throws -> (status: Int32, output: String) {
        let script = Self.root.appendingPathComponent("Scripts/benchmarks/sweep.py").path
        return try run(
          [script, pictures, "--out", "out", "--minutes", "2", "--jpeglm", "program"]
            + runs.flatMap { ["--run", $0] }, in: folder)
      }
      for name in ["one", "two"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(name), withIntermediateDirectories: false)
      }
      let first = try sweep("one", "a: --preset nano")
      #expect(first.status == 0 && first.output.contains("700.0"), "\(first.output)")
      let again = try sweep("one", "a: --preset nano")
      #expect(again.status == 0 && again.output.contains("700.0"), "\(again.output)")
      let other = try sweep("two", "a: --preset nano")
      #expect(other.status == 1 && other.output.contains("other pictures"), "\(other.output)")
      #expect(!other.output.contains("700.0"))
      let twice = try sweep("one", "b c: --preset nano", "b-c: --preset mini")
      #expect(twice.status == 1 && twice.output.contains("one name"), "\(twice.output)")
    }
  }

  @Test(arguments: [
    [:], ["HOME": ""], ["HOME": "/a/home"], ["HOME": "/a", "XDG_CACHE_HOME": "/b"],
    ["HOME": "/a", "XDG_CACHE_HOME": "b"],
  ])
  func `weights are looked for where the script installs them`(
    _ environment: [String: String]
  ) throws {
    try withTemporaryFolder { folder in
      let script = Self.root.appendingPathComponent("Scripts/models/install-feature-weights.py")
        .path
      let place = try run(
        ["-c", "import runpy; print(runpy.run_path('\(script)')['cache_folder']())"], in: folder,
        environment: environment)
      #expect(place.status == 0, "\(place.output)")
      for name in ["a", "b"] {
        _ = try Program.run("draw-digits", name, "--count", "2", "--size", "8", in: folder)
      }
      // Inception's weights, which no script installs.
      let outcome = try Program.run(
        ["eval", "a", "b", "--network", "inception-v3"], in: folder, environment: environment)
      let path = place.output.trimmingCharacters(in: .newlines)
      #expect(
        outcome.errors.contains("at \(path)/pt_inception") || outcome.status == 0,
        "\(outcome.errors), \(path)")
    }
  }
}
