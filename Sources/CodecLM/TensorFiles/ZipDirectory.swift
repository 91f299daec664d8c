/// The entries of a zip archive: stored as they are, as torch writes them, or deflated.
///
/// The central directory is read from the end of the file, with its 64-bit extension (APPNOTE 4.3.14,
/// 4.5.3), and each entry is checked against its own header: same name, same method, not encrypted,
/// inside the file, no two overlapping. Checksums are verified by ``contents(of:)``, not here: that
/// would read every byte.
package struct ZipDirectory {
  /// The entries by name.
  package let entries: [String: Entry]

  /// One file of the archive.
  package struct Entry {
    /// Where its bytes are in the archive.
    package let range: Range<Int>
    /// Number of its bytes when they are no longer compressed.
    package let size: Int
    /// Whether they are.
    package let isCompressed: Bool
    /// What `Zlib/checksum(_:)` gives for them when they are not.
    package let checksum: UInt32
  }

  private let file: MappedFile

  package static func isZip(_ file: MappedFile) -> Bool {
    file.count >= 4 && file.integer(at: 0, as: UInt32.self) == localSignature
  }

  private static let localSignature: UInt32 = 0x0403_4b50
  private static let centralSignature: UInt32 = 0x0201_4b50
  private static let endSignature: UInt32 = 0x0605_4b50
  private static let end64Signature: UInt32 = 0x0606_4b50
  private static let locator64Signature: UInt32 = 0x0706_4b50
  private static let stored: UInt16 = 0
  private static let deflated: UInt16 = 8
  /// The most bytes that a compressed entry may give.
  private static let largestContents: UInt64 = 1 << 30
  private static let endSize = 22
  private static let locatorSize = 20
  private static let end64Size = 56

  /// Reads the directory.
  ///
  /// - Throws: ``FileError`` that names what contradicts what, or a compressed entry if none is wanted.
  package init(_ file: MappedFile, allowsCompressed: Bool = false) throws(FileError) {
    self.file = file
    let directory = try Self.directory(of: file)
    var cursor = FileCursor(file, directory.range)
    var entries: [String: Entry] = [:]
    var spans: [Range<Int>] = []
    for _ in 0..<directory.count {
      let (name, span, entry) = try Self.entry(&cursor, before: directory.range.lowerBound)
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw cursor.malformed(ZipFault.duplicate(name))
      }
      guard allowsCompressed || !entry.isCompressed else {
        throw cursor.malformed(ZipFault.compressed(name))
      }
      spans.append(span)
    }
    guard cursor.remaining == 0 else {
      throw cursor.malformed(ZipFault.directoryTooLong)
    }
    spans.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(spans, spans.dropFirst())
    where first.upperBound > second.lowerBound {
      throw cursor.malformed(ZipFault.overlap)
    }
    self.entries = entries
  }

  /// The directory's place and its number of entries.
  private static func directory(
    of file: MappedFile
  ) throws(FileError) -> (range: Range<Int>, count: Int) {
    func malformed(_ fault: ZipFault) -> FileError { .malformed(path: file.path, reason: fault) }
    guard let end = endRecord(of: file) else {
      throw malformed(.noEnd)
    }
    var cursor = FileCursor(file, end + 4..<file.count)
    let (disk, start) = (try cursor.next(UInt16.self), try cursor.next(UInt16.self))
    let (here, all) = (try cursor.next(UInt16.self), try cursor.next(UInt16.self))
    let (size, offset) = (try cursor.next(UInt32.self), try cursor.next(UInt32.self))
    guard disk == start, here == all, disk == 0 || disk == .max else {
      throw malformed(.severalParts)
    }
    var (count, bytes, place, limit) = (UInt64(all), UInt64(size), UInt64(offset), end)
    let locator = end - locatorSize
    if locator >= 0, file.integer(at: locator, as: UInt32.self) == locator64Signature {
      limit = locator
      let record = file.uint64(at: locator + 8)
      guard record <= UInt64(max(0, locator - end64Size)), locator >= end64Size,
        file.integer(at: Int(record), as: UInt32.self) == end64Signature
      else { throw malformed(.misplacedLongEnd) }
      limit = Int(record)
      let long = (
        count: file.uint64(at: limit + 32), bytes: file.uint64(at: limit + 40),
        place: file.uint64(at: limit + 48)
      )
      guard all == .max || count == long.count, size == .max || bytes == long.bytes,
        offset == .max || place == long.place
      else { throw malformed(.contradictoryEnds) }
      (count, bytes, place) = long
    }
    guard place <= UInt64(limit), bytes == UInt64(limit) - place else {
      throw malformed(.misplacedDirectory)
    }
    // An entry takes 46 bytes at least.
    guard count <= bytes / 46 else {
      throw malformed(.tooFewEntries)
    }
    return (Int(place)..<limit, Int(count))
  }

  /// The end record stands last, before a comment of at most 65,535 bytes.
  private static func endRecord(of file: MappedFile) -> Int? {
    let last = file.count - endSize
    guard last >= 0 else { return nil }
    return (max(0, last - Int(UInt16.max))...last).last { place in
      file.integer(at: place, as: UInt32.self) == endSignature
        && place + endSize + Int(file.integer(at: place + 20, as: UInt16.self)) == file.count
    }
  }

  /// Reads one entry: its name, everything that belongs to it before the directory, its contents.
  private static func entry(
    _ cursor: inout FileCursor, before limit: Int
  ) throws(FileError) -> (name: String, span: Range<Int>, entry: Entry) {
    guard try cursor.next(UInt32.self) == centralSignature else {
      throw cursor.malformed(ZipFault.noEntry)
    }
    _ = try cursor.skip(4)
    let (flags, method) = (try cursor.next(UInt16.self), try cursor.next(UInt16.self))
    _ = try cursor.skip(4)
    let checksum = try cursor.next(UInt32.self)
    var sizes = [UInt64(try cursor.next(UInt32.self)), UInt64(try cursor.next(UInt32.self))]
    let nameLength = Int(try cursor.next(UInt16.self))
    let extraLength = Int(try cursor.next(UInt16.self))
    let commentLength = Int(try cursor.next(UInt16.self))
    _ = try cursor.skip(8)
    var offset = UInt64(try cursor.next(UInt32.self))
    let name = try cursor.text(nameLength)
    let extra = try cursor.skip(extraLength)
    _ = try cursor.skip(commentLength)
    guard flags & 1 == 0 else { throw cursor.malformed(ZipFault.encrypted(name)) }
    guard method == stored || method == deflated else {
      throw cursor.malformed(ZipFault.unknownMethod(name))
    }

    // The 64-bit extension holds, in this order, those of size, compressed size and offset that
    // did not fit.
    if sizes.contains(UInt64(UInt32.max)) || offset == UInt64(UInt32.max) {
      var long = try extension64(FileCursor(cursor.file, extra..<extra + extraLength), of: name)
      for index in [1, 0] where sizes[index] == UInt64(UInt32.max) {
        sizes[index] = try long.next(UInt64.self)
      }
      if offset == UInt64(UInt32.max) { offset = try long.next(UInt64.self) }
    }
    guard method == deflated || sizes[0] == sizes[1] else {
      throw cursor.malformed(ZipFault.twoSizes(name))
    }
    guard sizes[1] <= largestContents || method == stored else {
      throw cursor.malformed(ZipFault.tooLarge(name, bytes: sizes[1]))
    }
    let (start, contents) = try local(cursor, name, method, at: offset, before: limit)
    guard sizes[0] <= UInt64(limit - contents) else {
      throw cursor.malformed(ZipFault.reachesBeyondFile(name))
    }
    let end = contents + Int(sizes[0])
    let entry = Entry(
      range: contents..<end, size: Int(sizes[1]), isCompressed: method == deflated,
      checksum: checksum)
    return (name, start..<end, entry)
  }

  private static func extension64(
    _ extra: FileCursor, of name: String
  ) throws(FileError) -> FileCursor {
    var extra = extra
    while extra.remaining >= 4 {
      let (kind, size) = (try extra.next(UInt16.self), Int(try extra.next(UInt16.self)))
      let start = try extra.skip(size)
      if kind == 1 { return FileCursor(extra.file, start..<start + size) }
    }
    throw extra.malformed(ZipFault.noLongSize(name))
  }

  /// Checks the entry's own header and returns where it and its contents begin.
  private static func local(
    _ cursor: FileCursor, _ name: String, _ method: UInt16, at offset: UInt64, before limit: Int
  ) throws(FileError) -> (start: Int, contents: Int) {
    guard offset <= UInt64(limit) else { throw cursor.malformed(ZipFault.beginsBeyondFile(name)) }
    var header = FileCursor(cursor.file, Int(offset)..<limit)
    guard try header.next(UInt32.self) == localSignature else {
      throw cursor.malformed(ZipFault.misplaced(name))
    }
    _ = try header.skip(4)
    guard try header.next(UInt16.self) == method else {
      throw cursor.malformed(ZipFault.otherMethod(name))
    }
    _ = try header.skip(16)
    let (nameLength, extraLength) = (
      Int(try header.next(UInt16.self)), Int(try header.next(UInt16.self))
    )
    guard try header.text(nameLength) == name else {
      throw cursor.malformed(ZipFault.otherName(name))
    }
    _ = try header.skip(extraLength)
    return (Int(offset), header.position)
  }
}

extension ZipDirectory {
  /// The bytes of an entry, no longer compressed and compared with their checksum; `nil` if there is
  /// none of this name.
  ///
  /// - Throws: ``FileError``.
  package func contents(of name: String) throws(FileError) -> [UInt8]? {
    guard let entry = entries[name] else { return nil }
    var bytes = file.bytes(entry.range)
    if entry.isCompressed {
      do {
        bytes = try Zlib.inflate(bytes, size: entry.size)
      } catch {
        throw .malformed(path: file.path, reason: ZipFault.cannotInflate(name, error))
      }
    }
    guard Zlib.checksum(bytes) == entry.checksum else {
      throw .malformed(path: file.path, reason: ZipFault.wrongChecksum(name))
    }
    return bytes
  }
}
