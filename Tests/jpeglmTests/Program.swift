import Foundation
import Testing

/// The built program, beside the tests' own executable.
enum Program {
  /// What a call left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard error that begin with "Error: ".
    var errorLines: [Substring] {
      errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
    }
  }

  static func executable() throws -> URL {
    let named = ProcessInfo.processInfo.arguments.map { URL(fileURLWithPath: $0) }
    let places = named + [Bundle.main.executableURL, Bundle.main.bundleURL].compactMap { $0 }
    let programs = places.flatMap { place -> [URL] in
      // On Apple's systems a bundle's executable is three folders deep.
      var folder = place
      return (0..<4).map { _ in
        folder.deleteLastPathComponent()
        return folder.appendingPathComponent("jpeglm")
      }
    }
    return try #require(
      programs.first { program in
        FileManager.default.isExecutableFile(atPath: program.path)
          && (try? FileManager.default.contentsOfDirectory(atPath: program.path)) == nil
      }, "jpeglm is not beside the tests")
  }

  /// Calls the program in a folder and waits for its end.
  static func run(_ arguments: String..., in folder: URL) throws -> Outcome {
    try run(arguments, in: folder)
  }

  /// - Parameters:
  ///   - output: where standard output goes, if it is not to be read.
  ///   - environment: instead of the tests' own.
  static func run(
    _ arguments: [String], in folder: URL, output: FileHandle? = nil,
    environment: [String: String]? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = try executable()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // Files, as a full pipe would stop the program.
    let logs = try (0..<2).map { _ in
      let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("jpeglm-\(UUID().uuidString)")
      try Data().write(to: url)
      return url
    }
    defer { for log in logs { try? FileManager.default.removeItem(at: log) } }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try output ?? FileHandle(forWritingTo: logs[0])
    if let environment { process.environment = environment }
    process.standardError = try FileHandle(forWritingTo: logs[1])
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "\(arguments) ended by a signal")
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOf: logs[0], encoding: .utf8),
      errors: try String(contentsOf: logs[1], encoding: .utf8))
  }
}

#if os(Linux)
  extension Program {
    /// Calls the program and returns the most memory that it had at once, in bytes.
    static func peakMemory(_ arguments: [String], in folder: URL) throws -> Int {
      let words = ["env", "-C", folder.path, try executable().path] + arguments
      var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
      defer { unsafe pointers.forEach { unsafe free($0) } }
      var process: pid_t = 0
      let fault = unsafe posix_spawnp(&process, "env", nil, nil, &pointers, environ)
      try #require(fault == 0)
      var (status, usage) = (Int32(0), rusage())
      try #require(unsafe wait4(process, &status, 0, &usage) == process)
      #expect(status == 0)
      return usage.ru_maxrss << 10
    }
  }
#endif

/// A folder that exists while `body` runs.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("jpeglm-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The paths of all files below a folder, hidden ones too, but for the lists of what the program wrote.
func files(below folder: URL) -> [String] {
  let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
  return all.filter { name in
    if name.hasSuffix(".jpeglm-files") { return false }
    let path = folder.appendingPathComponent(name).path
    return (try? FileManager.default.contentsOfDirectory(atPath: path)) == nil
  }.sorted()
}
