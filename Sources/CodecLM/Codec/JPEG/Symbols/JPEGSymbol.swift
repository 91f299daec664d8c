/// What one byte of a stream of symbols says (``JPEGProfile/Stream/symbols``).
///
/// An AC code's byte is its symbol in the Huffman table, run and category (T.81 F.1.2.2), of which the
/// high and the low half are at most 15 and 10; the bytes above stand for the rest.
package enum JPEGSymbol: Equatable {
  /// A DC difference's category, 0 to 11 (T.81 F.1.2.1): 0xcB.
  case dc(UInt8)
  /// Run << 4 | category, or EOB 0x00, or ZRL 0xF0: the byte itself.
  case ac(UInt8)
  /// One to four bits of a coefficient's value, the highest first: of four bits 0xpC, of three 0xpD, of
  /// two 0x8D + p, of one 0xCD + p, p in the high half.
  case value(UInt8, bits: Int)

  /// Most bits of a value in one byte.
  static let valueBits = 4

  /// The meaning of a byte; `nil` if it has none.
  package init?(_ byte: UInt8) {
    let (high, low) = (byte >> 4, byte & 15)
    switch low {
    case 0 where byte == 0x00 || byte == 0xF0: self = .ac(byte)
    case 1...10: self = .ac(byte)
    case 0xB where high <= 11: self = .dc(high)
    case 0xC: self = .value(high, bits: 4)
    case 0xD where high < 8: self = .value(high, bits: 3)
    case 0xD where high < 12: self = .value(high - 8, bits: 2)
    case 0xD where high < 14: self = .value(high - 12, bits: 1)
    default: return nil
    }
  }

  /// The byte with this meaning.
  package var byte: UInt8 {
    switch self {
    case .dc(let category): category << 4 | 0xB
    case .ac(let symbol): symbol
    case .value(let value, 4): value << 4 | 0xC
    case .value(let value, 3): value << 4 | 0xD
    case .value(let value, 2): (8 + value) << 4 | 0xD
    case .value(let value, _): (12 + value) << 4 | 0xD
    }
  }
}
