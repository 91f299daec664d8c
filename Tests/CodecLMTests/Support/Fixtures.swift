import Foundation
import Testing

/// Files under Fixtures/; which script made them stands in that script.
enum Fixtures {
  static func url(_ path: String) throws -> URL {
    let root = try #require(Bundle.module.resourceURL)
    return root.appendingPathComponent("Fixtures/\(path)")
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: try url(path)))
  }
}

/// A folder that exists while `body` runs.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("codeclm-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
