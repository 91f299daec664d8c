/// Says which byte may come next in a canonical stream.
///
/// A value: a copy goes on independently. Law: from any state that was reached by allowed bytes,
/// allowed bytes lead to ``isComplete`` in finitely many steps.
public protocol ByteGrammar: Sendable {
  /// The bytes that may come next; empty only when the stream is complete.
  var allowedBytes: ByteSet { get }
  /// Whether the stream is whole, so that nothing may follow.
  var isComplete: Bool { get }
  /// Goes on by a byte.
  ///
  /// - Returns: whether the byte was allowed; if not, the state is no longer of use.
  mutating func advance(_ byte: UInt8) -> Bool
}

/// A set of bytes.
public struct ByteSet: Sendable, Hashable {
  private var words: SIMD4<UInt64> = .zero

  /// The empty set.
  public init() {}

  /// A set of one byte.
  public init(_ byte: UInt8) { insert(byte) }

  /// Whether the set is empty.
  public var isEmpty: Bool { words == .zero }

  /// Number of bytes in the set.
  public var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }

  /// The lowest byte of the set.
  public var first: UInt8? {
    for word in 0..<4 where words[word] != 0 {
      return UInt8(64 * word + words[word].trailingZeroBitCount)
    }
    return nil
  }

  /// Whether a byte is in the set.
  public func contains(_ byte: UInt8) -> Bool {
    words[Int(byte) >> 6] >> UInt64(byte & 63) & 1 != 0
  }

  /// Adds a byte.
  public mutating func insert(_ byte: UInt8) {
    words[Int(byte) >> 6] |= 1 << UInt64(byte & 63)
  }
}
