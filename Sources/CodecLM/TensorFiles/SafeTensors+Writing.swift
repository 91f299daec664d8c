package import Foundation

extension SafeTensors {
  /// The header's key for the CRC-32C of all that follows it, in hexadecimal.
  static let checksumKey = "codeclm.crc32c"

  /// Writes the tensors of several buffers of one layout as F32, with a checksum; each buffer's names
  /// get its prefix.
  ///
  /// - Throws: ``FileError``; the file is then what it was before.
  package static func write(
    _ buffers: [(prefix: String, buffer: FloatBuffer)], _ layout: BufferLayout, to url: URL,
    metadata: [String: String] = [:]
  ) throws {
    let tensors = buffers.flatMap { buffer in
      layout.regions.map { (buffer.prefix + $0.name, $0.shape) }
    }
    var checksum: UInt32 = 0
    for (_, buffer) in buffers {
      for region in layout.regions {
        buffer.withBytes(region.range) {
          checksum = CRC32C.value(of: $0, after: checksum)
        }
      }
    }
    let checked = metadata.merging([checksumKey: String(checksum, radix: 16)]) { $1 }
    var file = try AtomicFile(url)
    try file.append(try header(tensors, type: .float32, metadata: checked))
    for (_, buffer) in buffers {
      for region in layout.regions {
        try buffer.withBytes(region.range) { bytes in try file.append(bytes) }
      }
    }
    try file.finish()
  }

  /// The bytes before the elements of tensors of one type, which follow in this order.
  static func header(
    _ tensors: [(name: String, shape: [Int])], type: ElementType, metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    var header: [String: SafeTensorsHeaderValue] = [
      "__metadata__": .metadata(metadata.merging(["format": "pt"]) { own, _ in own })
    ]
    var offset = 0
    for (name, shape) in tensors {
      let end = offset + shape.reduce(type.bytes, *)
      header[name] = .tensor(type.rawValue, shape, [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = [UInt8](try encoder.encode(header))
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    return [UInt8](littleEndian: UInt64(json.count)) + json
  }
}
