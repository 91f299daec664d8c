package import Foundation

/// Files under Fixtures/; which script made them stands in that script.
package enum Fixtures {
  package static func url(_ path: String) throws -> URL {
    guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
    return root.appendingPathComponent("Fixtures/\(path)")
  }

  /// What a clone without git-lfs has in place of a large file.
  package static let pointer = """
    version https://git-lfs.github.com/spec/v1
    oid sha256:4665a5ea423c2713d436b5ee50593a9640e0018c1550b5a0002f74190d6caea8
    size 2336927

    """

  package static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: try url(path)))
  }
}

/// A folder that exists while `body` runs.
package func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("codeclm-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
