/// Walks the marker segments of a JPEG file (ITU-T T.81 B.1.1) up to its first scan, as leniently as
/// libjpeg, so that what libjpeg decodes is not refused.
///
/// It serves the codec and all that reads a header; `JPEGInspection`, which checks the codec, has a
/// strict reader of its own. The two share the table of markers, `JPEGMarker`.
struct MarkerReader {
  /// A marker and what its length bytes enclose.
  struct Segment {
    let marker: JPEGMarker
    /// Where the parameters are, after the two length bytes.
    let parameters: Range<Int>
  }

  private let file: [UInt8]
  private var offset: Int

  /// Starts after SOI.
  ///
  /// - Throws: ``CodecError/wrongFormat(expected:)``.
  init(_ file: [UInt8]) throws(CodecError) {
    guard file.count >= 2, file[0] == 0xFF, file[1] == 0xD8 else {
      throw .wrongFormat(expected: "JPEG")
    }
    self.file = file
    offset = 2
  }

  /// The next marker segment.
  ///
  /// Markers without parameters (RSTn, TEM) are passed over, and so are bytes that belong to no
  /// segment, as libjpeg does with a warning. After SOS the entropy-coded data follows, which is not
  /// for this reader.
  ///
  /// - Throws: ``CodecError/corrupt(_:)`` at EOI and at the end of the bytes.
  mutating func next() throws(CodecError) -> Segment {
    while true {
      while try byte() != 0xFF {}
      var code = try byte()
      while code == 0xFF { code = try byte() }  // fill bytes, B.1.1.2
      switch code {
      case 0xD9: throw .corrupt(.header(.noScan, offset: offset - 2))
      case 0x00, 0x01, 0xD0...0xD8: continue
      default: break
      }
      let high = Int(try byte())
      let low = Int(try byte())
      // A length counts itself; libjpeg forgives a smaller one in segments that it skips.
      let start = offset
      offset += max(high << 8 | low, 2) - 2
      guard offset <= file.count else {
        throw .corrupt(.header(.segment, offset: start - 4))
      }
      return Segment(marker: JPEGMarker(code), parameters: start..<offset)
    }
  }

  private mutating func byte() throws(CodecError) -> UInt8 {
    guard offset < file.count else {
      throw .corrupt(.header(.end, offset: offset))
    }
    defer { offset += 1 }
    return file[offset]
  }
}
