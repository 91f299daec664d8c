import Foundation

/// What this program wrote into a folder of results, so that it replaces that and nothing else, and does not
/// take it for a user's pictures.
///
/// Each file has a `FileMark`. Where the file system keeps none, the hidden file `.jpeglm-files` has a line for
/// each, written before the file is: the mark, and the path below the folder with `\n` and `\\` for a line's end and
/// a backslash.
package struct WrittenFiles: Sendable {
  /// The name of the list.
  package static let listName = ".jpeglm-files"

  private static let head =
    "# Files that jpeglm wrote here. It replaces these and no others: hash, kind, command, path.\n"

  private let folder: String
  /// Whether files are marked themselves.
  private let hasMarks: Bool
  private var listed: [[UInt8]: Set<FileMark>] = [:]
  private var isBegun: Bool
  private var endsInLine = true

  private var listPath: String { "\(folder)/\(Self.listName)" }

  /// Reads what was written into the folder at `path` before.
  ///
  /// - Parameters:
  ///   - folder: its path.
  ///   - hasMarks: whether files are marked themselves; by default where the file system keeps marks.
  /// - Throws: ``FileError`` where the folder cannot be written to, the list cannot be read or is another's file.
  package init(in folder: String, marking hasMarks: Bool? = nil) throws(FileError) {
    self.folder = folder
    if let hasMarks {
      self.hasMarks = hasMarks
    } else {
      self.hasMarks = try AtomicFile.keepsMarks(in: folder)
    }
    isBegun = false
    guard !FolderListing.nothingIs(at: listPath) else { return }
    let bytes = try FileBytes.read(listPath)
    guard bytes.isEmpty || bytes.starts(with: Self.head.utf8.prefix(8)) else {
      throw .malformed(path: listPath, reason: PlaceFault.foreignList)
    }
    isBegun = !bytes.isEmpty
    endsInLine = bytes.isEmpty || bytes.last == UInt8(ascii: "\n")
    for (path, mark) in Self.lines(bytes) { listed[path, default: []].insert(mark) }
  }

  /// Whether a command wrote the file of this name as it is.
  package func has(_ name: String, by command: String) -> Bool {
    let path = "\(folder)/\(name)"
    guard let bytes = try? FileBytes.read(path) else { return false }
    let marks = FileMark(ofFile: path).map { [$0] } ?? listed[name.fileNameBytes] ?? []
    return marks.contains { $0.command == command && $0.fits(bytes) }
  }

  /// Notes files that are about to be written.
  ///
  /// - Returns: their marks, which the files get.
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package mutating func add(
    _ files: [(name: String, bytes: [UInt8])], by command: String, isDerived: Bool
  ) throws(FileError) -> [FileMark] {
    let marks = files.map { FileMark($0.bytes, command: command, isDerived: isDerived) }
    guard !hasMarks else { return marks }
    var text: [UInt8] = isBegun ? (endsInLine ? [] : [UInt8(ascii: "\n")]) : Array(Self.head.utf8)
    for (file, mark) in zip(files, marks) {
      let path = file.name.fileNameBytes
      guard listed[path, default: []].insert(mark).inserted else { continue }
      text += mark.text
      text.append(UInt8(ascii: " "))
      for byte in path {
        switch byte {
        case UInt8(ascii: "\n"): text += "\\n".utf8
        case UInt8(ascii: "\\"): text += "\\\\".utf8
        default: text.append(byte)
        }
      }
      text.append(UInt8(ascii: "\n"))
    }
    guard !text.isEmpty else { return marks }
    try AppendedFile.append(text, path: listPath)
    (isBegun, endsInLine) = (true, true)
    return marks
  }

  /// The paths below `folder`, as bytes, of what its list says is no picture to train on, and their marks.
  static func derived(in folder: String) -> [[UInt8]: Set<FileMark>] {
    guard let bytes = try? FileBytes.read("\(folder)/\(listName)"),
      bytes.starts(with: head.utf8.prefix(8))
    else { return [:] }
    return Dictionary(grouping: lines(bytes).lazy.filter(\.mark.isDerived), by: \.path)
      .mapValues { Set($0.map(\.mark)) }
  }

  /// The whole lines of a list.
  private static func lines(_ bytes: [UInt8]) -> [(path: [UInt8], mark: FileMark)] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let parts = line.split(
        separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
      guard parts.count == 4, let mark = FileMark(text: line[..<(parts[3].startIndex - 1)]) else {
        return nil
      }
      return (unescaped(parts[3]), mark)
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
