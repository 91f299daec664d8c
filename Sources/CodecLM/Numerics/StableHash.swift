/// FNV-1a in 64 bits: a hash that is the same in every process and on every machine, for keys and for
/// dividing names into groups; it resists accidents, not attackers.
public struct StableHash: Sendable {
  /// The hash of everything combined so far.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The hash of nothing.
  public init() {}

  /// Appends bytes.
  public mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Appends a string's UTF-8 and a terminator, so that ("ab", "c") and ("a", "bc") differ.
  public mutating func combine(_ string: String) {
    combine(string.utf8)
    combine(CollectionOfOne(0xff))
  }

  /// Appends a number's eight bytes.
  public mutating func combine(_ number: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      combine(CollectionOfOne(UInt8(truncatingIfNeeded: number >> shift)))
    }
  }

  /// The value as a number in [0, 1), its high bits mixed once more: FNV's last steps barely reach
  /// them.
  public var unit: Double {
    var mixed = value
    mixed = (mixed ^ mixed >> 33) &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    return Double(mixed >> 11) * 0x1p-53
  }
}
