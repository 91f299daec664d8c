/// How a run's folder, or a model's, is known from outside, and what in it is the program's.
package enum RunFolder {
  /// Names of files that every such folder has one of.
  package static let marks: Set<String> = ["codec.json", "images.tokens"]
  /// Folders in it that the program writes.
  package static let parts: Set<String> = ["samples", "checkpoints", "best"]
}
