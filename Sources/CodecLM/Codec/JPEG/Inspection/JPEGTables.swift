/// A quantization table of a DQT segment (ITU-T T.81 B.2.4.1).
package struct JPEGQuantizationTable: Hashable, Sendable, Encodable {
  /// The libjpeg quality that a table corresponds to.
  package struct Quality: Hashable, Sendable, Encodable {
    /// 1 to 100.
    package let value: Int
    /// Whether libjpeg makes this very table at that quality, rather than one near it.
    package let isExact: Bool
    /// Whether it is Annex K's table for chrominance that is scaled, rather than luminance's.
    package let isChrominance: Bool
  }

  /// Its destination, 0 to 3.
  package let destination: Int
  /// Bits of an element, 8 or 16.
  package let precision: Int
  /// 64 elements in zig-zag order.
  package let elements: [Int]

  /// The quality at which libjpeg's table is this one or, by the sum of relative differences, nearest
  /// to it.
  package var quality: Quality {
    let annexK = JPEGStandardTables.annexK.quantization
    var best = (distance: Double.infinity, value: 0, chrominance: false)
    for (table, base) in annexK.enumerated() {
      for value in 1...100 {
        // jpeg_quality_scaling and jpeg_add_quant_table of libjpeg, for 8-bit tables.
        let scale = value < 50 ? 5_000 / value : 200 - 2 * value
        let distance = zip(base, elements).reduce(0) { sum, pair in
          let step = min(max((pair.0 * scale + 50) / 100, 1), 255)
          return sum + abs(Double(step - pair.1)) / Double(step + pair.1)
        }
        if distance < best.distance { best = (distance, value, table == 1) }
      }
    }
    return Quality(
      value: best.value, isExact: best.distance == 0, isChrominance: best.chrominance)
  }
}

/// A Huffman table of a DHT segment (T.81 B.2.4.2).
package struct JPEGHuffmanTable: Hashable, Sendable, Encodable {
  /// Whether it codes AC coefficients, class 1.
  package let isAC: Bool
  /// Its destination, 0 to 3.
  package let destination: Int
  /// Numbers of codes of 1 to 16 bits.
  package let counts: [Int]
  /// The symbols in the order of their codes.
  package let symbols: [UInt8]

  /// Whether it is one of the four of Annex K.
  package var isStandard: Bool {
    JPEGStandardTables.annexK.huffman.contains {
      $0.isAC == isAC && $0.counts == counts && $0.symbols == symbols
    }
  }
}

/// The tables of T.81 Annex K, as libjpeg writes them.
struct JPEGStandardTables: Sendable {
  /// K.1 and K.2, in zig-zag order; for luminance and chrominance.
  let quantization: [[Int]]
  /// K.3 to K.6: destination 0 for luminance, 1 for chrominance.
  let huffman: [JPEGHuffmanTable]

  /// From the header of a file at quality 50, which scales by one.
  static let annexK: JPEGStandardTables = {
    let profile = JPEGProfile(size: 8, quality: 50, subsampling: .yCbCr444, stream: .full)
    let header = (try? JPEGTemplate(profile).fileHeader) ?? []
    var tables = (quantization: [JPEGQuantizationTable](), huffman: [JPEGHuffmanTable]())
    var reader = JPEGSegmentReader(header)
    while let segment = try? reader.next() {
      switch segment.content {
      case .quantizationTables(let some): tables.quantization += some
      case .huffmanTables(let some): tables.huffman += some
      default: break
      }
    }
    return JPEGStandardTables(
      quantization: tables.quantization.map(\.elements), huffman: tables.huffman)
  }()
}
