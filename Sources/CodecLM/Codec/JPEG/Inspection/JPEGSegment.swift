/// A marker and, for most, the parameters behind it (ITU-T T.81 B.1.1.4).
package struct JPEGSegment: Hashable, Sendable {
  /// The parameters that are understood.
  package enum Content: Hashable, Sendable {
    /// A marker without parameters.
    case none
    /// DQT.
    case quantizationTables([JPEGQuantizationTable])
    /// DHT.
    case huffmanTables([JPEGHuffmanTable])
    /// SOF0 … SOF15.
    case frame(JPEGFrame)
    /// SOS.
    case scan(JPEGScanHeader)
    /// DRI, in MCUs.
    case restartInterval(Int)
    /// DNL: the picture's rows.
    case numberOfLines(Int)
    /// APPn: whose data it is.
    case application(String)
    /// COM, bytes that are no printable ASCII as `·`.
    case comment(String)
    /// What has no meaning here.
    case other
  }

  /// Which marker.
  package let marker: JPEGMarker
  /// Where its 0xFF stands.
  package let offset: Int
  /// Bytes from the marker to the end of the parameters: 2 for a marker that stands alone.
  package let length: Int
  /// Its parameters.
  package let content: Content
}

extension JPEGSegment: Encodable {
  private enum CodingKeys: String, CodingKey {
    case marker, offset, length, quantizationTables, huffmanTables, frame, scan
    case restartInterval, numberOfLines, application, comment
  }

  private struct Quantization: Encodable {
    let table: JPEGQuantizationTable
    let quality: JPEGQuantizationTable.Quality
  }

  private struct Huffman: Encodable {
    let table: JPEGHuffmanTable
    let isStandard: Bool
  }

  /// Writes marker, offset, length and, under a key of its own, the content.
  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(marker, forKey: .marker)
    try fields.encode(offset, forKey: .offset)
    try fields.encode(length, forKey: .length)
    switch content {
    case .none, .other: break
    case .quantizationTables(let tables):
      try fields.encode(
        tables.map { Quantization(table: $0, quality: $0.quality) }, forKey: .quantizationTables)
    case .huffmanTables(let tables):
      try fields.encode(
        tables.map { Huffman(table: $0, isStandard: $0.isStandard) }, forKey: .huffmanTables)
    case .frame(let frame): try fields.encode(frame, forKey: .frame)
    case .scan(let scan): try fields.encode(scan, forKey: .scan)
    case .restartInterval(let mcus): try fields.encode(mcus, forKey: .restartInterval)
    case .numberOfLines(let lines): try fields.encode(lines, forKey: .numberOfLines)
    case .application(let owner): try fields.encode(owner, forKey: .application)
    case .comment(let text): try fields.encode(text, forKey: .comment)
    }
  }
}
