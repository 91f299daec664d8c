package import Foundation

extension SafeTensors {
  /// Writes the tensors of several buffers of one layout as F32; each buffer's names get its prefix.
  ///
  /// - Throws: ``FileError``; the file is then what it was before.
  package static func write(
    _ buffers: [(prefix: String, buffer: FloatBuffer)], _ layout: BufferLayout, to url: URL
  ) throws {
    var header: [String: SafeTensorsHeaderValue] = ["__metadata__": .metadata(["format": "pt"])]
    var offset = 0
    for (prefix, _) in buffers {
      for region in layout.regions {
        let end = offset + 4 * region.count
        header[prefix + region.name] = .tensor("F32", region.shape, [offset, end])
        offset = end
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = [UInt8](try encoder.encode(header))
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }

    var file = try AtomicFile(url)
    try file.append(length + json)
    for (_, buffer) in buffers {
      for region in layout.regions {
        try buffer.withBytes(region.range) { bytes in try file.append(bytes) }
      }
    }
    try file.finish()
  }
}
