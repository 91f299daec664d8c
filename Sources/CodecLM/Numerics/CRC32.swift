/// A cyclic redundancy check of 32 bits, reflected, that begins and ends inverted.
package struct CRC32: Sendable {
  /// That of zip archives (ITU-T V.42, polynomial 0x04C11DB7).
  package static let zip = CRC32(reflectedPolynomial: 0xEDB8_8320)
  /// Castagnoli's (RFC 3720, polynomial 0x1EDC6F41), that of TensorFlow's records.
  package static let castagnoli = CRC32(reflectedPolynomial: 0x82F6_3B78)

  private let table: [UInt32]

  private init(reflectedPolynomial polynomial: UInt32) {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { check, _ in
        check & 1 == 0 ? check >> 1 : check >> 1 ^ polynomial
      }
    }
  }

  /// The check value of some bytes.
  package func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    var check = UInt32.max
    for byte in bytes { check = table[Int((check ^ UInt32(byte)) & 255)] ^ check >> 8 }
    return ~check
  }
}
