/// How a run's folder, or a model's, is known from outside, and what in it is the program's.
package enum RunFolder {
  /// The store of a run's pictures.
  package static let store = "images.tokens"
  /// The folder of a run's best model.
  package static let best = "best"
  /// Names of files that every such folder has one of.
  package static let marks: Set<String> = ["codec.json", store]
  /// Endings of the files that a model or a run consists of.
  private static let endings = [".json", ".jsonl", ".safetensors", ".bin", ".model", ".tokens"]

  /// The files of a model or a run, which nothing else may replace.
  package static func files(in folder: String) -> [String] {
    ((try? Folders.names(in: folder)) ?? []).filter { name in
      endings.contains { name.hasSuffix($0) }
    }
    .map { "\(folder)/\($0)" }
  }

  /// Folders in it that the program writes.
  package static let parts: Set<String> = ["samples", "checkpoints", best]
}
