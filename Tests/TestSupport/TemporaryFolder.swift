package import Foundation

/// A folder of its own, removed with the value that owns it.
package final class TemporaryFolder {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("codeclm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// Where `path` would be in the folder.
  package func callAsFunction(_ path: String) -> URL {
    url.appendingPathComponent(path)
  }

  /// Writes a file, anew if it exists, and the folders above it.
  package func write(_ bytes: [UInt8], to path: String) throws {
    let target = self(path)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    // Neither `Data.write` nor over the file before: both are forced to the disk, the one by
    // Foundation, the other by ext4, and that takes milliseconds for each file.
    try? FileManager.default.removeItem(at: target)
    _ = FileManager.default.createFile(atPath: target.path, contents: nil)
    let file = try FileHandle(forWritingTo: target)
    try file.write(contentsOf: bytes)
    try file.close()
  }

  /// Names of everything in the folder itself, hidden things included, sorted.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}
