/// A cyclic redundancy check of 32 bits, reflected, that begins and ends inverted.
package struct CRC32: Sendable {
  /// That of zip archives (ITU-T V.42, polynomial 0x04C11DB7).
  package static let zip = CRC32(reflectedPolynomial: 0xEDB8_8320)
  /// Castagnoli's (RFC 3720, polynomial 0x1EDC6F41), that of TensorFlow's records.
  package static let castagnoli = CRC32(reflectedPolynomial: 0x82F6_3B78)

  /// Eight tables of 256: a byte's effect when 0 to 7 bytes follow it.
  private let tables: [UInt32]

  private init(reflectedPolynomial polynomial: UInt32) {
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { check, _ in
        check & 1 == 0 ? check >> 1 : check >> 1 ^ polynomial
      }
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables.append(tables[Int(before & 255)] ^ before >> 8)
    }
    self.tables = tables
  }

  /// The check value of some bytes.
  package func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    unsafe value(of: Array(bytes).span.bytes)
  }

  /// The check value of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: what is checked.
  ///   - value: that of the bytes before them, if they are a continuation.
  package func value(of bytes: RawSpan, after value: UInt32 = 0) -> UInt32 {
    var check = ~value
    let words = bytes.byteCount / 8
    for index in 0..<words {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
      let mixed = UInt64(littleEndian: word) ^ UInt64(check)
      check = 0
      for place in 0..<8 {
        check ^= tables[(7 - place) << 8 | Int(mixed >> (8 * UInt64(place)) & 255)]
      }
    }
    for offset in 8 * words..<bytes.byteCount {
      let byte = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
      check = tables[Int((check ^ UInt32(byte)) & 255)] ^ check >> 8
    }
    return ~check
  }
}
