import Foundation

/// What the files of token and stream stores have in common.
///
/// Integers are little-endian and have 64 bits; the head is the kind's magic number and version; each part
/// begins where the one before ends, padded with zeros to a multiple of 8 bytes; the last 64 bits are a
/// `StableHash` over all 64-bit words before them. What is counted stands in a foot, because it is known
/// last, and the file is written in one go.
enum StoreFile {
  static let headBytes = 16
  static let skippedBytes = 16
  static let heldOutFlag: UInt64 = 1 << 63

  /// Hash of all words before the last.
  static func checksum(of file: MappedFile) -> UInt64 {
    var hash = StableHash()
    for offset in stride(from: 0, to: file.count - 8, by: 8) {
      hash.append(word: file.uint64(at: offset))
    }
    return hash.value
  }

  /// Checks the head of a file.
  ///
  /// - Throws: ``StoreError/notAStore(path:_:)``, ``StoreError/unsupportedVersion(path:found:_:)``.
  static func checkHead(of file: MappedFile, _ kind: StoreKind) throws(StoreError) {
    guard file.count >= headBytes, file.uint64(at: 0) == kind.magic else {
      throw .notAStore(path: file.path, kind)
    }
    let version = file.uint64(at: 8)
    guard version == kind.version else {
      throw .unsupportedVersion(path: file.path, found: version, kind)
    }
  }

  /// Counts of a foot that begins at `start`; `nil` where one is no `Int`.
  static func counts(in file: MappedFile, at start: Int, _ count: Int) -> [Int]? {
    let counts = (0..<count).compactMap { Int(exactly: file.uint64(at: start + 8 * $0)) }
    return counts.count == count ? counts : nil
  }
}

extension StoreKind {
  /// The first eight bytes of such a file.
  var magic: UInt64 {
    switch self {
    case .tokens: 0x4552_4f54_534d_4c43  // "CLMSTORE"
    case .streams: 0x534d_5254_534d_4c43  // "CLMSTRMS"
    }
  }

  /// The version that is written.
  var version: UInt64 {
    switch self {
    case .tokens: 2
    case .streams: 1
    }
  }
}

/// Where the parts of a store's file begin.
struct StoreParts {
  /// The end of the parts so far, padded; `nil` when it is no `Int`.
  private(set) var end: Int? = StoreFile.headBytes

  /// Adds a part of `count` elements, and returns where it begins.
  mutating func add(_ count: Int, of width: Int = 1) -> Int {
    let start = end
    end = start.flatMap { start in
      let (bytes, tooMany) = count.multipliedReportingOverflow(by: width)
      let (sum, tooLong) = start.addingReportingOverflow(bytes)
      let (padded, tooWide) = sum.addingReportingOverflow(7)
      return count < 0 || tooMany || tooLong || tooWide ? nil : padded / 8 * 8
    }
    return start ?? 0
  }
}

/// Checks of what a store's file says.
struct StoreChecks {
  let path: String

  func damage(_ fault: StoreFault) -> StoreError { .damaged(path: path, reason: fault) }

  func require(_ condition: Bool, or fault: StoreFault) throws(StoreError) {
    guard condition else { throw damage(fault) }
  }

  /// Requires that the last word is the hash of all before it.
  func requireChecksum(of file: MappedFile) throws(StoreError) {
    try require(
      StoreFile.checksum(of: file) == file.uint64(at: file.count - 8), or: .wrongChecksum)
  }

  /// Moves `end` to a later end that was read, and returns by how much.
  func advance(
    _ end: inout Int, to next: UInt64, limit: Int, _ part: String, _ index: Int
  ) throws(StoreError) -> Int {
    guard let next = Int(exactly: next), next >= end, next <= limit else {
      throw damage(.end(of: part, index, found: next, allowed: end...max(end, limit)))
    }
    defer { end = next }
    return next - end
  }

  /// The skipped files that a part lists: for each the end of its path and of the reason in the text, of
  /// which they are the rest.
  func skippedFiles(
    in file: MappedFile, at part: Int, _ count: Int, text: Int, _ range: Range<Int>
  ) throws(StoreError) -> [SkippedFile] {
    var end = range.lowerBound
    var files: [SkippedFile] = []
    for index in 0..<count {
      var parts: [String] = []
      for word in 0..<2 {
        let begin = end
        let offset = part + index * StoreFile.skippedBytes + 8 * word
        _ = try advance(
          &end, to: file.uint64(at: offset), limit: range.upperBound, "skipped file", index)
        parts.append(file.text(text + begin..<text + end))
      }
      files.append(SkippedFile(path: parts[0], reason: parts[1]))
    }
    try require(end == range.upperBound, or: .strayText)
    return files
  }
}

/// Writes a store's file from front to back; it appears when it is whole.
struct StoreFileWriter: ~Copyable {
  private var file: AtomicFile
  private var hash = StableHash()
  /// Bytes that wait for a whole number of 64-bit words.
  private var waiting: [UInt8] = []

  private static let most = 1 << 18

  init(_ url: URL, _ kind: StoreKind) throws(FileError) {
    file = try AtomicFile(url)
    waiting = Self.bytes([kind.magic, kind.version])
  }

  /// Adds bytes to the part.
  mutating func append(_ bytes: some Sequence<UInt8>) throws(FileError) {
    waiting += bytes
    if waiting.count >= Self.most { try flush() }
  }

  /// Adds words to the part.
  mutating func append(words: [UInt64]) throws(FileError) { try append(Self.bytes(words)) }

  /// Ends a part.
  mutating func endPart() throws(FileError) {
    waiting += [UInt8](repeating: 0, count: (8 - waiting.count % 8) % 8)
    try flush()
  }

  /// Adds the ends of skipped files' paths and reasons in the text, from `end` on, which moves on.
  mutating func append(skipped: [SkippedFile], from end: inout Int) throws(FileError) {
    for file in skipped {
      let pathEnd = end + file.path.utf8.count
      end = pathEnd + file.reason.utf8.count
      try append(words: [UInt64(pathEnd), UInt64(end)])
    }
  }

  /// Adds skipped files' paths and reasons.
  mutating func append(textOf skipped: [SkippedFile]) throws(FileError) {
    for file in skipped {
      try append(file.path.utf8)
      try append(file.reason.utf8)
    }
  }

  /// Adds the checksum and makes the file appear.
  consuming func finish() throws(FileError) {
    try endPart()
    try append(words: [hash.value])
    try flush()
    try file.finish()
  }

  private static func bytes(_ words: [UInt64]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * words.count)
    for word in words { bytes.append(littleEndian: word) }
    return bytes
  }

  /// Hashes and writes the whole words among the waiting bytes.
  private mutating func flush() throws(FileError) {
    let whole = waiting.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      var word: UInt64 = 0
      for byte in 0..<8 { word |= UInt64(waiting[start + byte]) << UInt64(8 * byte) }
      hash.append(word: word)
    }
    let rest = Array(waiting[whole...])
    waiting.removeSubrange(whole...)
    try file.append(waiting)
    waiting.replaceSubrange(waiting.startIndex..., with: rest)
  }
}
