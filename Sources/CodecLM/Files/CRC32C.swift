/// Castagnoli's cyclic redundancy check of 32 bits (RFC 3720, polynomial 0x1EDC6F41), reflected, which
/// begins and ends inverted: that of TensorFlow's records, and of this program's own safetensors files.
package enum CRC32C {
  /// Eight tables of 256: a byte's effect when 0 to 7 bytes follow it.
  private static let tables: [UInt32] = {
    let reflectedPolynomial: UInt32 = 0x82F6_3B78
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { check, _ in
        check & 1 == 0 ? check >> 1 : check >> 1 ^ reflectedPolynomial
      }
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables.append(tables[Int(before & 255)] ^ before >> 8)
    }
    return tables
  }()

  /// The check value of some bytes.
  package static func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    unsafe value(of: Array(bytes).span.bytes)
  }

  /// The check value of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: what is checked.
  ///   - value: that of the bytes before them, if they are a continuation.
  package static func value(of bytes: RawSpan, after value: UInt32 = 0) -> UInt32 {
    let tables = tables
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
