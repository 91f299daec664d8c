/// The FNV-1a hash of 64 bits (Fowler, Noll and Vo).
///
/// It is the same on every machine and in every version, unlike Swift's `Hasher`. It finds changes
/// and accidents, not attacks.
package struct StableHash: Sendable {
  /// The hash of everything appended so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  private static let prime: UInt64 = 0x100_0000_01b3

  /// The hash of nothing.
  package init() {}

  /// The hash of `bytes` alone.
  package init(_ bytes: some Sequence<UInt8>) {
    append(bytes)
  }

  /// Appends bytes.
  package mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      value = (value ^ UInt64(byte)) &* Self.prime
    }
  }

  /// Appends 64 bits in one step instead of eight, with another result than their bytes.
  ///
  /// A single changed word always changes the hash, because a step is one-to-one in each argument. The
  /// upper half is mixed into the lower one, without which a word's highest bit would stay the highest and
  /// two of them would cancel out.
  package mutating func append(word: UInt64) {
    value = (value ^ word) &* Self.prime
    value ^= value >> 32
  }

  /// Appends the count and then the bytes, so that neighbouring fields cannot run into each other.
  package mutating func append(field bytes: some Collection<UInt8>) {
    append(word: UInt64(bytes.count))
    append(bytes)
  }

  /// The hash as a number in [0, 1), a multiple of 2⁻⁵³.
  ///
  /// FNV leaves the last bytes' differences in the low and middle bits, so they are mixed by
  /// MurmurHash3's finaliser first.
  package var unitInterval: Double { Self.unitInterval(value) }

  /// The same of a hash that was kept.
  package static func unitInterval(_ value: UInt64) -> Double {
    var mixed = value
    mixed = (mixed ^ mixed >> 33) &* 0xff51_afd7_ed55_8ccd
    mixed = (mixed ^ mixed >> 33) &* 0xc4ce_b9fe_1a85_ec53
    mixed ^= mixed >> 33
    return Double(mixed >> 11) * 0x1p-53
  }
}
