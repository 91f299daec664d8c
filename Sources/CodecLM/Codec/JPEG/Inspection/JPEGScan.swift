/// What a scan's entropy-coded data consists of.
package struct JPEGScan: Hashable, Sendable, Encodable {
  /// Coefficients and bits of one component.
  package struct Component: Hashable, Sendable, Encodable {
    /// Its place in the frame header.
    package let component: Int
    /// Data units.
    package internal(set) var blocks = 0
    /// The least DC coefficient, before dequantization.
    package internal(set) var leastDC = 0
    /// The greatest.
    package internal(set) var greatestDC = 0
    /// The largest magnitude of an AC coefficient.
    package internal(set) var largestAC = 0
    /// Data units without any AC coefficient.
    package internal(set) var blocksWithoutAC = 0
    /// For each zig-zag index, in how many data units the coefficient is not zero.
    package internal(set) var nonZero = [Int](repeating: 0, count: 64)
    /// Bits of DC codes and differences.
    package internal(set) var dcBits = 0
    /// Bits of AC codes and coefficients, without the next two.
    package internal(set) var acBits = 0
    /// Bits of EOB codes.
    package internal(set) var endOfBlockBits = 0
    /// Bits of ZRL codes.
    package internal(set) var zeroRunBits = 0

    /// All bits.
    package var bits: Int { dcBits + acBits + endOfBlockBits + zeroRunBits }

    init(component: Int) { self.component = component }

    mutating func add(_ unit: JPEGDataUnit) {
      leastDC = blocks == 0 ? unit.dc : min(leastDC, unit.dc)
      greatestDC = blocks == 0 ? unit.dc : max(greatestDC, unit.dc)
      blocks += 1
      if unit.dc != 0 { nonZero[0] += 1 }
      var coefficients = 0
      for code in unit.codes {
        switch code.kind {
        case .dc: dcBits += code.bits
        case .ac:
          acBits += code.bits
          largestAC = max(largestAC, abs(code.value))
          nonZero[code.index] += 1
          coefficients += 1
        case .zeroRun: zeroRunBits += code.bits
        case .endOfBlock: endOfBlockBits += code.bits
        }
      }
      if coefficients == 0 { blocksWithoutAC += 1 }
    }
  }

  /// Where the entropy-coded data begins.
  package let offset: Int
  /// MCUs that the frame calls for, in a row and in all.
  package let mcuColumns: Int
  /// See ``mcuColumns``.
  package let mcuCount: Int
  /// MCUs between restart markers; 0 for none.
  package let restartInterval: Int
  /// Whether a Huffman table was missing, so that Annex K's was taken, as in Motion JPEG.
  package let usesStandardTables: Bool
  /// MCUs that could be read.
  package internal(set) var mcusRead = 0
  /// The components in the order of their data units in an MCU.
  package internal(set) var components: [Component]
  /// Bytes of data that could be read, with all that follows here.
  package internal(set) var bytes = 0
  /// Bits that fill up the bytes before restart markers and the end.
  package internal(set) var paddingBits = 0
  /// How many of these are not ones (T.81 F.1.2.3 asks for ones).
  package internal(set) var paddingZeros = 0
  /// 0x00 behind 0xFF.
  package internal(set) var stuffedBytes = 0
  /// Restart markers.
  package internal(set) var restartMarkers = 0
  /// 0xFF before restart markers.
  package internal(set) var fillBytes = 0
}
