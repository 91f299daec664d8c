/// A zip archive of entries that are stored as they are (APPNOTE 4.3), as `numpy.savez` writes it.
package struct StoredZip {
  /// The names and contents in their order.
  private(set) var entries: [(name: String, contents: [UInt8])] = []

  /// An empty archive.
  package init() {}

  /// Adds an entry.
  ///
  /// - Precondition: fewer than 2³² bytes, which is the format's limit without its 64-bit extension.
  package mutating func add(_ name: String, _ contents: [UInt8]) {
    precondition(contents.count < UInt32.max && name.utf8.count < UInt16.max)
    entries.append((name, contents))
  }

  /// The archive.
  package var file: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in entries {
      let offset = file.count
      file.append(littleEndian: UInt32(0x0403_4b50))
      let common = Self.common(name, contents)
      file += common
      file += Array(name.utf8) + contents
      directory.append(littleEndian: UInt32(0x0201_4b50))
      directory.append(littleEndian: Self.version)
      directory += common
      // No comment, first disk, no attributes.
      directory += [UInt8](repeating: 0, count: 10)
      directory.append(littleEndian: UInt32(offset))
      directory += Array(name.utf8)
    }
    let start = file.count
    file += directory
    file.append(littleEndian: UInt32(0x0605_4b50))
    file.append(littleEndian: UInt32(0))
    file.append(littleEndian: UInt16(entries.count))
    file.append(littleEndian: UInt16(entries.count))
    file.append(littleEndian: UInt32(directory.count))
    file.append(littleEndian: UInt32(start))
    file.append(littleEndian: UInt16(0))
    return file
  }

  /// Version 2.0, without extensions.
  private static let version: UInt16 = 20
  /// 1 January 1980, the format's first day, so that equal contents give equal archives.
  private static let date: UInt16 = 1 << 5 | 1

  /// What an entry's own header and its line in the directory share.
  private static func common(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    var fields: [UInt8] = []
    fields.append(littleEndian: version)
    // No flags, stored, midnight.
    fields += [UInt8](repeating: 0, count: 6)
    fields.append(littleEndian: date)
    fields.append(littleEndian: Zlib.checksum(contents))
    fields.append(littleEndian: UInt32(contents.count))
    fields.append(littleEndian: UInt32(contents.count))
    fields.append(littleEndian: UInt16(name.utf8.count))
    fields.append(littleEndian: UInt16(0))
    return fields
  }
}
