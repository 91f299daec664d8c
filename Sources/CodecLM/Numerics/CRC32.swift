/// The cyclic redundancy check of zip archives (ITU-T V.42, polynomial 0x04C11DB7, reflected).
package enum CRC32 {
  /// The check value of some bytes.
  package static func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    var check = UInt32.max
    for byte in bytes { check = table[Int((check ^ UInt32(byte)) & 255)] ^ check >> 8 }
    return ~check
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { check, _ in
      check & 1 == 0 ? check >> 1 : check >> 1 ^ 0xEDB8_8320
    }
  }
}
