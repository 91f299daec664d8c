/// What a frame header says (ITU-T T.81 B.2.2).
package struct JPEGFrame: Hashable, Sendable, Encodable {
  /// A component's parameters.
  package struct Component: Hashable, Sendable, Encodable {
    /// Its identifier, by which scans name it.
    package let identifier: Int
    /// Sampling factor H, 1 to 4.
    package let horizontal: Int
    /// Sampling factor V, 1 to 4.
    package let vertical: Int
    /// The quantization table's destination, 0 to 3.
    package let quantizationTable: Int
  }

  /// The header's marker, which names the process.
  package let marker: JPEGMarker
  /// Bits of a sample.
  package let precision: Int
  /// Columns of the picture, at least 1.
  package let width: Int
  /// Rows of the picture; 0 when a DNL segment is to give them.
  package let height: Int
  /// The components in the order of the header.
  package let components: [Component]

  /// The coding process in words (table B.1).
  package var process: String {
    let kinds = ["baseline DCT", "extended sequential DCT", "progressive DCT", "lossless"]
    let differential = marker.code & 4 == 0 ? "" : "differential "
    let coding = marker.code < 0xC8 ? "Huffman" : "arithmetic"
    return "\(differential)\(kinds[Int(marker.code & 3)]), \(coding) coding"
  }

  /// Whether coefficients come in several scans, each a part of their bits (table B.1).
  var isProgressive: Bool { marker.code & 3 == 2 }

  /// Whether samples are coded without quantization (table B.1).
  var isLossless: Bool { marker.code & 3 == 3 }

  /// Why the data cannot be taken apart; `nil` for sequential Huffman coding of 8-bit samples, which
  /// is baseline and a part of the extended process.
  package var unsupported: String? {
    if marker.code > 0xC1 { return "\(process) (\(marker.name))" }
    if precision != 8 { return "\(precision)-bit samples (\(marker.name))" }
    return height == 0 ? "a height given after the scan (DNL)" : nil
  }

  /// The usual name of the sampling factors, if they have one.
  package var sampling: String? {
    guard components.count == 3, components[1...].allSatisfy({ $0.horizontal * $0.vertical == 1 })
    else { return components.count == 1 ? "grayscale" : nil }
    return switch (components[0].horizontal, components[0].vertical) {
    case (1, 1): "4:4:4"
    case (2, 1): "4:2:2"
    case (2, 2): "4:2:0"
    case (1, 2): "4:4:0"
    case (4, 1): "4:1:1"
    default: nil
    }
  }

  /// The size of a scan in MCUs: interleaved ones hold H × V data units of each component, those of a
  /// lone component one (A.2.2, A.2.3).
  func mcus(of scan: [Component]) -> (columns: Int, rows: Int) {
    let (horizontal, vertical) = largestFactors
    func parts(_ size: Int, _ part: Int) -> Int { (size + part - 1) / part }
    guard scan.count == 1 else {
      return (parts(width, 8 * horizontal), parts(height, 8 * vertical))
    }
    return (
      parts(parts(width * scan[0].horizontal, horizontal), 8),
      parts(parts(height * scan[0].vertical, vertical), 8)
    )
  }

  private var largestFactors: (horizontal: Int, vertical: Int) {
    (
      components.map(\.horizontal).max() ?? 1,
      components.map(\.vertical).max() ?? 1
    )
  }
}

/// What a scan header says (T.81 B.2.3).
package struct JPEGScanHeader: Hashable, Sendable, Encodable {
  /// A component's part in the scan.
  package struct Component: Hashable, Sendable, Encodable {
    /// The frame's identifier of the component.
    package let identifier: Int
    /// The destination of the DC table, 0 to 3.
    package let dcTable: Int
    /// The destination of the AC table, 0 to 3.
    package let acTable: Int
  }

  /// The components in the order of their data units in an MCU.
  package let components: [Component]
  /// First and last zig-zag index; 0 and 63 in a sequential scan.
  package let spectralStart: Int
  /// See ``spectralStart``.
  package let spectralEnd: Int
  /// Point transforms of this and the scan before; 0 in a sequential scan.
  package let approximationHigh: Int
  /// See ``approximationHigh``.
  package let approximationLow: Int

  var isSequential: Bool {
    (spectralStart, spectralEnd, approximationHigh, approximationLow) == (0, 63, 0, 0)
  }
}
