/// A file of an ``MediaFolder`` that gave no tokens.
public struct SkippedFile: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path relative to the folder.
  public let path: String
  /// What the system or the codec said.
  public let reason: String

  /// A file and why it was skipped.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// Path and reason in one line.
  public var description: String { "\(path): \(reason)" }
}

/// Why a token store cannot be opened or built.
public enum TokenStoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file at `path` is something else; it is not overwritten.
  case notATokenStore(path: String)
  /// The store was written by another version of CodecLM.
  case unsupportedVersion(path: String, found: UInt64)
  /// The store contradicts itself; `reason` is the first contradiction found.
  case damaged(path: String, reason: String)
  /// A file could not be used, and the caller wanted all of them.
  case unusableFile(folder: String, SkippedFile)
  /// The folder's files are not those that the wanted store is of; `what` says in what.
  case changed(folder: String, what: String)
  /// None of the folder's `count` files could be used; `first` holds some of the reasons.
  case noUsableImage(folder: String, count: Int, first: [SkippedFile])

  /// One line that names the file and the way out.
  public var description: String {
    switch self {
    case .notATokenStore(let path):
      "\(path) is not a token store; remove it or choose another place"
    case .unsupportedVersion(let path, let found):
      "\(path) is a token store of version \(found), not \(TokenStoreFormat.version);"
        + " remove it to build it again"
    case .damaged(let path, let reason):
      "the token store \(path) is damaged: \(reason); remove it to build it again"
    case .changed(let folder, let what):
      "the files in \(folder) are others" + (what.isEmpty ? "" : " (\(what))")
    case .unusableFile(let folder, let file): "\(folder)/\(file)"
    case .noUsableImage(let folder, let count, let first):
      "none of the \(count) files in \(folder) can be used: "
        + first.map(\.description).joined(separator: "; ")
    }
  }
}
