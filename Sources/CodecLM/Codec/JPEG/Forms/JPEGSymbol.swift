/// What one byte of a stream of symbols says (``JPEGProfile/Stream/symbols``).
///
/// Bytes below 0xC0 name a place, those from 0xC0 on are digits of a value, so that neither is ever
/// taken for the other.
package enum JPEGSymbol: Equatable {
  /// Zig-zag index (T.81 A.3.6), 0 to 63, in a block of a component, 0 to 2: 64 × component + index.
  /// Index 0 begins a block with its DC coefficient, and behind another coefficient it ends the block.
  case index(Int, component: Int)
  /// A coefficient from −31 to 31: 0xE0 + value.
  case value(Int)
  /// Says that the value is outside −31 … 31 and two digits follow: 0xC0.
  case escape

  /// Coefficients with a byte of their own.
  static let direct = -31...31
  /// DC coefficients of eight-bit samples (T.81 F.1.2.1); those of AC begin at −1,023.
  static let range = -1_024...1_023

  /// The bytes that begin a symbol.
  static let starts = ByteSet { $0 < 0xC0 }

  /// The meaning of a byte that is no digit.
  package init(_ byte: UInt8) {
    switch byte {
    case ..<0xC0: self = .index(Int(byte & 63), component: Int(byte >> 6))
    case 0xC0: self = .escape
    default: self = .value(Int(byte) - 0xE0)
    }
  }

  /// The byte with this meaning.
  package var byte: UInt8 {
    switch self {
    case .index(let index, let component): UInt8(64 * component + index)
    case .value(let value): UInt8(0xE0 + value)
    case .escape: 0xC0
    }
  }

  /// The bytes of a value: its own, or escape and the digits of value + 2,048 to the base of 64, each
  /// from 0xC0 on.
  package static func bytes(of value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  /// Appends the bytes of a value.
  static func append(_ value: Int, to bytes: inout [UInt8]) {
    if direct.contains(value) { return bytes.append(Self.value(value).byte) }
    let positive = value + 2_048
    bytes.append(Self.escape.byte)
    bytes.append(UInt8(0xC0 + positive >> 6))
    bytes.append(UInt8(0xC0 + positive & 63))
  }

  /// The value of two digits.
  package static func value(high: UInt8, low: UInt8) -> Int {
    Int(high & 63) << 6 + Int(low & 63) - 2_048
  }
}
