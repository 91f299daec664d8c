import Foundation

/// What this program wrote into a folder of results, so that it replaces that and nothing else, and does not
/// take it for a user's pictures.
///
/// It stands in the hidden file `.jpeglm-files`, a line for each file, written before the file is: a hash of the
/// content, `+` for pictures to train on or `-` for what was made from pictures or drawn by a model, the
/// command, and the path below the folder with `\n` and `\\` for a line's end and a backslash.
package struct WrittenFiles: Sendable {
  /// The name of the file that lists the others.
  package static let fileName = ".jpeglm-files"

  private static let head =
    "# Files that jpeglm wrote here. It replaces these and no others: hash, kind, command, path.\n"

  /// A line.
  private struct Line {
    let hash: UInt64
    let isDerived: Bool
    let command: String
    let path: [UInt8]
  }

  private struct Claim: Hashable {
    let command: String
    let hash: UInt64
  }

  private let listPath: String
  private var claims: [[UInt8]: Set<Claim>] = [:]
  private var isBegun: Bool
  private var endsInLine = true

  /// Reads what was written into the folder at `path` before.
  ///
  /// - Throws: ``FileError`` where the list cannot be read, or is another's file.
  package init(in folder: String) throws(FileError) {
    listPath = "\(folder)/\(Self.fileName)"
    isBegun = !FolderListing.nothingIs(at: listPath)
    guard isBegun else { return }
    let bytes = try FileBytes.read(listPath)
    guard bytes.isEmpty || bytes.starts(with: Self.head.utf8.prefix(8)) else {
      throw .malformed(
        path: listPath, reason: "not a list of jpeglm's own files; move it to another place")
    }
    isBegun = !bytes.isEmpty
    endsInLine = bytes.isEmpty || bytes.last == UInt8(ascii: "\n")
    for line in Self.lines(bytes) {
      claims[line.path, default: []].insert(Claim(command: line.command, hash: line.hash))
    }
  }

  /// Whether a command wrote these bytes under this name.
  package func has(_ bytes: [UInt8], _ name: String, by command: String) -> Bool {
    claims[name.fileNameBytes]?
      .contains(Claim(command: command, hash: StableHash(bytes).value)) ?? false
  }

  /// Whether a command wrote anything under this name.
  package func has(_ name: String, by command: String) -> Bool {
    claims[name.fileNameBytes]?.contains { $0.command == command } ?? false
  }

  /// Notes files that are about to be written.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package mutating func add(
    _ files: [(name: String, bytes: [UInt8])], by command: String, isDerived: Bool
  ) throws(FileError) {
    var text: [UInt8] = isBegun ? (endsInLine ? [] : [UInt8(ascii: "\n")]) : Array(Self.head.utf8)
    for (name, bytes) in files {
      let hash = StableHash(bytes).value
      let path = name.fileNameBytes
      let claim = Claim(command: command, hash: hash)
      guard claims[path, default: []].insert(claim).inserted else { continue }
      text += "\(String(hash, radix: 16)) \(isDerived ? "-" : "+") \(command) ".utf8
      for byte in path {
        switch byte {
        case UInt8(ascii: "\n"): text += "\\n".utf8
        case UInt8(ascii: "\\"): text += "\\\\".utf8
        default: text.append(byte)
        }
      }
      text.append(UInt8(ascii: "\n"))
    }
    guard !text.isEmpty else { return }
    try AppendedFile.append(text, path: listPath)
    (isBegun, endsInLine) = (true, true)
  }

  /// The paths below `folder`, as bytes, of what is no picture to train on.
  static func derived(in folder: String) -> Set<[UInt8]> {
    guard let bytes = try? FileBytes.read("\(folder)/\(fileName)"),
      bytes.starts(with: head.utf8.prefix(8))
    else { return [] }
    return Set(lines(bytes).lazy.filter(\.isDerived).map(\.path))
  }

  /// The whole lines of a list.
  private static func lines(_ bytes: [UInt8]) -> [Line] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let parts = line.split(
        separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
      guard parts.count == 4,
        let hash = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16)
      else { return nil }
      return Line(
        hash: hash, isDerived: parts[1].elementsEqual("-".utf8),
        command: String(decoding: parts[2], as: UTF8.self), path: unescaped(parts[3]))
    }
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var path: [UInt8] = []
    var isEscape = false
    for byte in text {
      if isEscape {
        path.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
        isEscape = false
      } else if byte == UInt8(ascii: "\\") {
        isEscape = true
      } else {
        path.append(byte)
      }
    }
    return path
  }
}

/// A file that grows at its end.
package enum AppendedFile {
  /// Adds bytes at the end of the file at `path`, which is made if it is not there.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func append(_ bytes: [UInt8], path: String) throws(FileError) {
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: systemReason(.writing))
    }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw .cannotWrite(path: path, reason: systemReason(.writing))
      }
    }
  }
}
