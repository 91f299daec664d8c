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
      file.append(field: 0x0403_4b50, 4)
      let common = Self.common(name, contents)
      file += common
      file += Array(name.utf8) + contents
      directory.append(field: 0x0201_4b50, 4)
      directory.append(field: Self.version, 2)
      directory += common
      // No comment, first disk, no attributes.
      directory.append(field: 0, 10)
      directory.append(field: offset, 4)
      directory += Array(name.utf8)
    }
    let start = file.count
    file += directory
    file.append(field: 0x0605_4b50, 4)
    file.append(field: 0, 4)
    file.append(field: entries.count, 2)
    file.append(field: entries.count, 2)
    file.append(field: directory.count, 4)
    file.append(field: start, 4)
    file.append(field: 0, 2)
    return file
  }

  /// Version 2.0, without extensions.
  private static let version = 20
  /// 1 January 1980, the format's first day, so that equal contents give equal archives.
  private static let date = 1 << 5 | 1

  /// What an entry's own header and its line in the directory share.
  private static func common(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    var fields: [UInt8] = []
    fields.append(field: version, 2)
    // No flags, stored, midnight.
    fields.append(field: 0, 6)
    fields.append(field: date, 2)
    fields.append(field: Int(Zlib.checksum(contents)), 4)
    fields.append(field: contents.count, 4)
    fields.append(field: contents.count, 4)
    fields.append(field: name.utf8.count, 2)
    fields.append(field: 0, 2)
    return fields
  }
}

extension [UInt8] {
  /// Appends a little-endian number of `size` bytes.
  fileprivate mutating func append(field value: Int, _ size: Int) {
    for byte in 0..<size { append(byte < 8 ? UInt8(truncatingIfNeeded: value >> (8 * byte)) : 0) }
  }
}
