package import Foundation

extension Checkpoint {
  /// How a folder stores a model's weights.
  package struct StoredWeights: Sendable, Encodable {
    /// Name of the file, or of the index of several.
    package let file: String
    /// How many files there are.
    package let files: Int
    /// Element types of the matrices, under safetensors' names, sorted.
    package let types: [String]
    /// Bytes of all tensors.
    package let bytes: Int
  }

  /// How the weights are stored; `nil` when they were never in a file.
  package var storedWeights: StoredWeights? {
    weights.files.map { files in
      StoredWeights(
        file: (files.path as NSString).lastPathComponent, files: files.count,
        types: weights.storedTypes.map(\.rawValue).sorted(),
        bytes: files.tensors.values.reduce(0) { $0 + $1.count * $1.type.bytes })
    }
  }

  /// What stands in the way of opening a folder, a line for each part that cannot be read; empty when
  /// it opens.
  ///
  /// ``init(_:)-(URL)`` stops at the first of them.
  package static func faults(of folder: URL) -> [String] {
    guard FolderListing.kind(of: folder.path) == .folder else {
      return [Fault.noFolder.description]
    }
    var faults: [String] = []
    func check(_ body: () throws -> Void) {
      do { try body() } catch { faults.append("\(error)") }
    }
    guard FolderListing.kind(of: folder.path) == .folder else {
      check { _ = try Checkpoint(folder) }
      return faults
    }
    check { _ = try LlamaConfiguration(contentsOf: folder) }
    check { _ = try codecOrAuthors(of: folder) }
    check { _ = try Tokenizer(contentsOf: folder) }
    check { _ = try ModelFiles(folder) }
    // The parts may be fine and contradict each other.
    if faults.isEmpty { check { _ = try Checkpoint(folder) } }
    return faults
  }
}
