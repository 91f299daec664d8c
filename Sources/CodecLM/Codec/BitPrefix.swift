/// The leading bits of a byte.
public struct BitPrefix: Sendable, Hashable {
  /// The bits, followed by zeros.
  public let bits: UInt8
  /// How many, 0 to 7.
  public let count: Int

  /// No bits, the beginning of every byte.
  public static let empty = BitPrefix(of: 0, count: 0)

  /// The first `count` bits of a byte, the highest first.
  public init(of byte: UInt8, count: Int) {
    precondition((0...7).contains(count), "\(count) leading bits")
    self.count = count
    bits = byte & ~(UInt8.max >> UInt8(count))
  }

  /// One of the bits.
  public subscript(place: Int) -> Bool {
    precondition((0..<count).contains(place), "bit \(place) of \(count)")
    return bits >> UInt8(7 - place) & 1 == 1
  }

  /// The bytes that begin so.
  public var bytes: ByteSet {
    var set = ByteSet()
    for byte in bits...(bits | UInt8.max >> UInt8(count)) { set.insert(byte) }
    return set
  }
}
