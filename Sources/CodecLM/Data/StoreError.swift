/// A file of a ``MediaFolder`` that gave no stream.
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

/// The kinds of stores; the raw value is what one is called.
public enum StoreKind: String, Sendable {
  /// ``TokenStore``.
  case tokens = "token store"
  /// ``StreamStore``.
  case streams = "stream store"
}

/// Why a store cannot be opened or built.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file at `path` is something else; it is not overwritten.
  case notAStore(path: String, StoreKind)
  /// The store was written by another version of CodecLM.
  case unsupportedVersion(path: String, found: UInt64, StoreKind)
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
    case .notAStore(let path, let kind):
      "\(path) is not a \(kind.rawValue); remove it or choose another place"
    case .unsupportedVersion(let path, let found, let kind):
      "\(path) is a \(kind.rawValue) of version \(found), not \(kind.version);"
        + " remove it to build it again"
    case .damaged(let path, let reason):
      "the store \(path) is damaged: \(reason); remove it to build it again"
    case .changed(let folder, let what):
      "the files in \(folder) are others" + (what.isEmpty ? "" : " (\(what))")
    case .unusableFile(let folder, let file): "\(folder)/\(file)"
    case .noUsableImage(let folder, let count, let first):
      "none of the \(count) files in \(folder) can be used: "
        + first.map(\.description).joined(separator: "; ")
    }
  }
}
