/// The beginning of a canonical stream, exact to the bit, that sampling continues.
public struct Prompt: Sendable, Hashable {
  /// The whole bytes.
  public let bytes: [UInt8]
  /// What the byte behind them begins with.
  public let tail: BitPrefix

  /// Nothing: sampling begins at the beginning.
  public static let empty = Prompt(bytes: [])

  /// Some bytes of a stream.
  public init(bytes: [UInt8], tail: BitPrefix = .empty) {
    self.bytes = bytes
    self.tail = tail
  }

  /// The first `bits` bits of a stream, the highest bit of a byte first.
  ///
  /// - Precondition: `stream` has that many.
  public init(_ stream: [UInt8], bits: Int) {
    precondition(bits >= 0 && bits <= 8 * stream.count, "\(bits) bits of \(stream.count) bytes")
    let whole = bits / 8
    bytes = Array(stream[..<whole])
    tail = bits % 8 == 0 ? .empty : BitPrefix(of: stream[whole], count: bits % 8)
  }
}

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

  /// The bytes that begin so.
  var bytes: ByteSet {
    var set = ByteSet()
    for byte in bits...(bits | UInt8.max >> UInt8(count)) { set.insert(byte) }
    return set
  }
}
