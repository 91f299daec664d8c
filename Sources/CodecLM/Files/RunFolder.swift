package import Foundation

/// How a run's folder, or a model's, is known from outside, and what in it is the program's.
package enum RunFolder {
  /// The store of a run's pictures.
  package static let store = "images.tokens"
  /// The store of their canonical streams.
  package static let streams = "images.streams"
  /// The folder of a run's best model.
  package static let best = "best"
  /// Names of files that every such folder has one of.
  package static let marks: Set<String> = ["codec.json", store, streams]
  /// Endings of the files that a model or a run consists of.
  private static let endings = [
    ".json", ".jsonl", ".safetensors", ".bin", ".model", ".tokens", ".streams",
  ]

  /// The files of a model or a run, which nothing else may replace.
  package static func files(in folder: String) -> [String] {
    ((try? Folders.names(in: folder)) ?? []).filter { name in
      endings.contains { name.hasSuffix($0) }
    }
    .map { "\(folder)/\($0)" }
  }

  /// Folders in it that the program writes.
  package static let parts: Set<String> = ["samples", "checkpoints", best]

  /// Where a store of a model's pictures is, of this name: in its folder, or, of a run's best model, in the
  /// run's.
  package static func store(_ name: String, of model: URL) -> URL {
    let own = model.appendingPathComponent(name)
    guard FolderListing.kind(of: own.path) == .missing, model.lastPathComponent == best else {
      return own
    }
    return model.deletingLastPathComponent().appendingPathComponent(name)
  }
}
