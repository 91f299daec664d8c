/// Reads a mapped file's bytes in order, up to an end.
package struct FileCursor {
  /// Why the next bytes cannot be read.
  package enum Fault: FileFault {
    /// Fewer are left.
    case endsEarly
    /// A text that begins at this byte of the file is none.
    case notUTF8(place: Int)

    package var description: String {
      switch self {
      case .endsEarly: "it ends early"
      case .notUTF8(let place): "the text at byte \(place) is not UTF-8"
      }
    }
  }

  let file: MappedFile
  /// Place of the next byte.
  private(set) var position: Int
  /// Where the bytes end.
  let end: Int

  /// A cursor over some of a file's bytes.
  init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// Bytes that are left.
  var remaining: Int { end - position }

  /// Passes over bytes and returns their place.
  ///
  /// - Throws: ``FileError`` when fewer are left.
  mutating func skip(_ count: Int) throws(FileError) -> Int {
    guard count >= 0, count <= remaining else { throw malformed(Fault.endsEarly) }
    defer { position += count }
    return position
  }

  /// The next little-endian unsigned integer.
  mutating func next<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type
  ) throws(FileError) -> Value {
    file.integer(at: try skip(MemoryLayout<Value>.size), as: type)
  }

  /// The next bytes as UTF-8.
  mutating func text(_ count: Int) throws(FileError) -> String {
    let start = try skip(count)
    guard let text = String(validating: file.bytes(start..<start + count), as: UTF8.self) else {
      throw malformed(Fault.notUTF8(place: start))
    }
    return text
  }

  /// An error that names the file.
  func malformed(_ fault: some FileFault) -> FileError {
    .malformed(path: file.path, reason: fault)
  }
}
