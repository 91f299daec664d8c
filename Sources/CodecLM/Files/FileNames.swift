package import Foundation

/// File names as text.
///
/// On Linux a name is any bytes without `/` and zero. Bytes that are not UTF-8, as old archives have
/// them, stand in a `String` as the private scalars U+10FE80…U+10FEFF (0x10FE00 + byte), so that
/// every name comes back to the byte. What a name itself has of these scalars is taken byte by byte too.
///
/// Two names are the same only if their bytes are; `==` of `String` also takes é for e with an accent.
extension String {
  private static let escapes: ClosedRange<UInt32> = 0x10FE80...0x10FEFF
  private static let escapeBase: UInt32 = 0x10FE00

  /// The text of a name.
  package init(fileName bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.hasEscapes {
      self = text
      return
    }
    var scalars = String.UnicodeScalarView()
    var rest = Array(bytes)[...]
    while let byte = rest.first {
      let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      if let text = String(validating: rest.prefix(length), as: UTF8.self),
        let scalar = text.unicodeScalars.first, !Self.escapes.contains(scalar.value)
      {
        scalars.append(scalar)
        rest = rest.dropFirst(length)
      } else {
        if let escape = Unicode.Scalar(Self.escapeBase + UInt32(byte)) { scalars.append(escape) }
        rest = rest.dropFirst()
      }
    }
    self = String(scalars)
  }

  /// The bytes that the text of a name stands for.
  package var fileNameBytes: [UInt8] {
    guard hasEscapes else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar -> [UInt8] in
      Self.escapes.contains(scalar.value)
        ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  private var hasEscapes: Bool {
    // F4 8F BA and F4 8F BB begin the scalars' UTF-8.
    var view = utf8[...]
    while let start = view.firstIndex(of: 0xF4) {
      let next = view[start...].prefix(3)
      if next.elementsEqual([0xF4, 0x8F, 0xBA]) || next.elementsEqual([0xF4, 0x8F, 0xBB]) {
        return true
      }
      view = view[view.index(after: start)...]
    }
    return false
  }

  /// Calls `body` with the path as the system takes it.
  func withSystemPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard hasEscapes else { return unsafe withCString(body) }
    let bytes = fileNameBytes.map { CChar(bitPattern: $0) } + [0]
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return unsafe withCString(body) }
      return unsafe body(start)
    }
  }

  /// The last name of the path: all behind the last `/`.
  package var lastNameOfPath: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(decoding: utf8[slash...].dropFirst(), as: UTF8.self)
  }

  /// The path from the root of the file system; a relative one begins in the current folder.
  var absolutePath: String {
    guard !utf8.starts(with: "/".utf8) else { return self }
    return "\(Folders.current)/\(self)"
  }

  /// The folder that holds what is at this path: all before the last `/`, or `.`.
  package var folderOfPath: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }

  /// The path with its last name's ending, from its last point on, replaced by another; a name without an
  /// ending gets one.
  package func replacingEnding(with ending: String) -> String {
    "\(withoutEnding).\(ending)"
  }

  /// The path without its last name's ending; a point at the name's beginning begins none.
  package var withoutEnding: String {
    let name = utf8.lastIndex(of: UInt8(ascii: "/")).map { utf8[$0...].dropFirst() } ?? utf8[...]
    guard let point = name.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex else {
      return self
    }
    return String(self[..<point])
  }
}

extension URL {
  /// The place of a file or folder, whose path may be relative and hold any bytes.
  ///
  /// `URL(fileURLWithPath:)` would ask for the current folder as text, and read `~` as the user's home.
  package init(place path: String) {
    self.init(fileURLWithPath: path.absolutePath)
  }
}
