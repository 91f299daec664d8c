/// Why a file could not be read or written.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file at `path` could not be opened or read.
  case cannotRead(path: String, reason: any FileFault)
  /// The file at `path` could not be written; what stood there before still does.
  case cannotWrite(path: String, reason: any FileFault)
  /// Another process works in the folder at `path`.
  case inUse(path: String)
  /// The content of the file or folder at `path` is not what its name promises.
  case malformed(path: String, reason: any FileFault)
  /// At `path` stands what Git LFS puts in place of a file that it has not fetched.
  case pointer(path: String)

  /// What is wrong, without the file's name.
  var reason: String {
    switch self {
    case .cannotRead(_, let reason), .cannotWrite(_, let reason), .malformed(_, let reason):
      reason.description
    case .inUse: "another process works in it"
    case .pointer: "a Git LFS pointer, not the file itself; run git lfs pull"
    }
  }

  /// One line that names the file and the reason.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    case .pointer(let path): "\(path) is \(reason)"
    case .inUse(let path): "another process works in \(path)"
    }
  }

  /// Whether two errors are of the same file and reason.
  public static func == (one: FileError, other: FileError) -> Bool {
    switch (one, other) {
    case (.cannotRead(let path, let reason), .cannotRead(let otherPath, let otherReason)),
      (.cannotWrite(let path, let reason), .cannotWrite(let otherPath, let otherReason)),
      (.malformed(let path, let reason), .malformed(let otherPath, let otherReason)):
      path == otherPath && reason.equals(otherReason)
    case (.inUse(let path), .inUse(let otherPath)), (.pointer(let path), .pointer(let otherPath)):
      path == otherPath
    default: false
    }
  }
}
