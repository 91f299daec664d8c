import Foundation

/// What is wrong with a file or its place, as a value to compare; each format has cases of its own.
///
/// The description is one phrase, without the file's name.
public protocol FileFault: Equatable, Sendable, CustomStringConvertible {}

extension FileFault {
  /// Whether another fault is of the same type and equal.
  func equals(_ other: any FileFault) -> Bool { (other as? Self) == self }
}

/// An error of the system.
package struct SystemFault: FileFault {
  /// What a call of the system was for.
  package enum Purpose: Sendable {
    case reading
    case writing
  }

  /// The number that the call left in `errno`.
  package let code: Int32
  /// What it was for.
  package let purpose: Purpose

  /// A fault of a number.
  package init(_ code: Int32, _ purpose: Purpose) {
    self.code = code
    self.purpose = purpose
  }

  /// The fault of the last call that failed; to be asked for before any other call.
  init(_ purpose: Purpose) { self.init(errno, purpose) }

  /// The system's text, with the way out where there is one.
  package var description: String {
    let text = unsafe String(cString: strerror(code))
    return switch (code, purpose) {
    case (ENOSPC, _), (EDQUOT, _): text + "; free some space and run the command again"
    case (EACCES, .writing), (EPERM, .writing), (EROFS, .writing):
      text + "; choose a place that you may use"
    case (EEXIST, .writing): text + "; it was left as it is"
    default: text
    }
  }
}

/// Why a place cannot be read or written that the system has nothing against.
package enum PlaceFault: FileFault {
  /// A folder, a device or a pipe, where a file is read.
  case notRegular
  /// A file too large to be read whole.
  case tooLarge(bytes: Int, limit: Int)
  /// A file in place of a folder.
  case isFile
  /// A folder in place of a file.
  case isFolder
  /// What would be replaced is read.
  case isRead
  /// What would be replaced is none of this program's.
  case exists
  /// A symbolic link to nothing, in place of a folder.
  case danglingLink
  /// Not even the root is there.
  case noFolder
  /// Another program's, under the name of a `WrittenFiles` list.
  case foreignList

  package var description: String {
    switch self {
    case .notRegular: "not a regular file"
    case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than the limit of \(limit)"
    case .isFile: "it is a file, not a folder"
    case .isFolder: "it is a folder; name a file"
    case .isRead: "it is read; name another file"
    case .exists: "it exists"
    case .danglingLink: "it is a symbolic link that leads nowhere"
    case .noFolder: "there is no such folder"
    case .foreignList: "not a list of jpeglm's own files; move it to another place"
    }
  }
}
