/// What a JPEG file says of its picture before any data: read without decoding.
package struct JPEGHeader: Hashable, Sendable {
  /// Columns as stored, before ``orientation`` is applied; at least 1.
  package let storedWidth: Int
  /// Rows as stored; at least 1.
  package let storedHeight: Int
  /// Number of components: 1 gray, 3 colour, 4 CMYK or YCCK.
  package let componentCount: Int
  /// How the stored rows stand, from EXIF; upright when the file does not say.
  package let orientation: Orientation

  /// Width of the upright picture in pixels.
  package var width: Int { orientation.swapsSides ? storedHeight : storedWidth }
  /// Height of the upright picture in pixels.
  package var height: Int { orientation.swapsSides ? storedWidth : storedHeight }
  /// Whether the file has luma alone.
  package var isGrayscale: Bool { componentCount == 1 }

  /// Reads the segments up to the first scan, behind the frame header (ITU-T T.81 B.2.2) only for the
  /// orientation; the first bytes of a file suffice if they reach as far as the frame header.
  ///
  /// - Throws: ``CodecError/wrongFormat(expected:)`` without SOI, ``CodecError/corrupt(_:)``
  ///   when no frame header is found, ``CodecError/unsupported(_:)`` when it gives no height (the
  ///   DNL marker of T.81 B.2.5 would).
  package init(_ file: [UInt8]) throws(CodecError) {
    var reader = try MarkerReader(file)
    var orientation: Orientation?
    func look(at segment: MarkerReader.Segment) {
      guard segment.marker.code == 0xE1, orientation == nil else { return }
      orientation = Orientation(exif: file[segment.parameters])
    }
    while true {
      let segment = try reader.next()
      let start = segment.parameters.lowerBound
      switch segment.marker.code {
      case 0xE1: look(at: segment)
      case 0xDA: throw .corrupt(.header(.noFrame, offset: start - 4))
      case _ where segment.marker.isFrameHeader:
        guard segment.parameters.count >= 6 else {
          throw .corrupt(.header(.frame, offset: start - 4))
        }
        storedHeight = Int(file[start + 1]) << 8 | Int(file[start + 2])
        storedWidth = Int(file[start + 3]) << 8 | Int(file[start + 4])
        componentCount = Int(file[start + 5])
        // Writers may put EXIF anywhere before the scan, and readers look for it there.
        while let next = try? reader.next(), next.marker.code != 0xDA { look(at: next) }
        self.orientation = orientation ?? .topLeft
        guard storedWidth > 0, storedHeight > 0 else {
          throw .unsupported("a frame of \(storedWidth) × \(storedHeight) pixels")
        }
        return
      default: break
      }
    }
  }
}

extension Orientation {
  /// Reads tag 0x0112 of IFD 0 from the parameters of an APP1 segment (CIPA DC-008, 4.5 and 4.6);
  /// `nil` when they are not EXIF, have no such tag, or contradict themselves.
  init?(exif parameters: ArraySlice<UInt8>) {
    guard parameters.starts(with: Array("Exif\0\0".utf8)) else { return nil }
    let tiff = Array(parameters.dropFirst(6))
    let isLittleEndian = tiff.starts(with: Array("II".utf8))
    guard isLittleEndian || tiff.starts(with: Array("MM".utf8)) else { return nil }

    func number(at offset: Int, bytes: Int) -> Int? {
      guard offset + bytes <= tiff.count else { return nil }
      let field = tiff[offset..<offset + bytes]
      return (isLittleEndian ? Array(field.reversed()) : Array(field)).reduce(0) {
        $0 << 8 | Int($1)
      }
    }

    guard
      number(at: 2, bytes: 2) == 42,
      let directory = number(at: 4, bytes: 4),
      let entries = number(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = number(at: offset, bytes: 2) else { return nil }
      if tag == 0x0112 {
        // Type 3 is SHORT; a few writers use 4, LONG.
        let bytes = number(at: offset + 2, bytes: 2) == 4 ? 4 : 2
        guard let value = number(at: offset + 8, bytes: bytes) else { return nil }
        self.init(rawValue: value)
        return
      }
    }
    return nil
  }
}
