/// Says which byte may come next in a canonical stream.
///
/// A value: a copy is cheap and goes on independently. Laws, from any state that was reached by
/// allowed bytes:
/// - allowed bytes lead to ``isComplete`` in finitely many steps;
/// - ``forcedByte`` is the one of ``allowedBytes`` when there is exactly one;
/// - the bytes of ``completion()`` are allowed one after the other, and then the stream is complete.
public protocol ByteGrammar: Sendable {
  /// The bytes that may come next; empty only when the stream is complete.
  var allowedBytes: ByteSet { get }
  /// The next byte, if there is no choice.
  var forcedByte: UInt8? { get }
  /// Whether the stream is whole, so that nothing may follow.
  var isComplete: Bool { get }
  /// Goes on by a byte.
  ///
  /// - Returns: whether the byte was allowed; if not, the state is no longer of use.
  mutating func advance(_ byte: UInt8) -> Bool
  /// Bytes that end the stream from here with as little as the format allows; empty when it is
  /// complete. They make any part of a stream a picture that can be looked at.
  ///
  /// - Parameter prefix: what the first of them begins with, as an allowed byte does.
  /// - Complexity: O(bytes returned).
  func completion(beginning prefix: BitPrefix) -> [UInt8]
}

extension ByteGrammar {
  /// The one of ``allowedBytes``, if there is but one.
  public var forcedByte: UInt8? {
    let allowed = allowedBytes
    return allowed.count == 1 ? allowed.first : nil
  }

  /// Bytes that end the stream from here with as little as the format allows.
  public func completion() -> [UInt8] { completion(beginning: .empty) }

  /// Goes on by bytes, up to the first that is not allowed.
  ///
  /// - Returns: whether all were allowed; if not, the state is no longer of use.
  public mutating func advance(_ bytes: some Sequence<UInt8>) -> Bool {
    for byte in bytes where !advance(byte) { return false }
    return true
  }
}

/// A set of bytes.
public struct ByteSet: Sendable, Hashable {
  private var words: SIMD4<UInt64> = .zero

  /// The empty set.
  public init() {}

  /// The set of all bytes.
  public static let all = ByteSet(words: SIMD4(repeating: .max))

  private init(words: SIMD4<UInt64>) { self.words = words }

  /// A set of one byte.
  public init(_ byte: UInt8) { insert(byte) }

  /// The bytes of which something is true.
  public init(where isMember: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
  }

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

  /// The bytes that are in both sets.
  public func intersection(_ other: ByteSet) -> ByteSet {
    ByteSet(words: words & other.words)
  }

  /// Adds a byte.
  public mutating func insert(_ byte: UInt8) {
    words[Int(byte) >> 6] |= 1 << UInt64(byte & 63)
  }

  /// The bytes below a power of two, at most 256.
  init(below end: Int) {
    precondition(end.nonzeroBitCount == 1 && end <= 256, "bytes below \(end)")
    for word in 0..<max(1, end / 64) { words[word] = end < 64 ? 1 << UInt64(end) - 1 : .max }
  }

  /// Adds the bytes of a set.
  mutating func formUnion(_ other: ByteSet) { words |= other.words }

  /// Adds the bytes of a set plus a power of two that is greater than all of them.
  mutating func formUnion(_ other: ByteSet, plus offset: Int) {
    if offset < 64 {
      words[0] |= other.words[0] << UInt64(offset)
    } else {
      for word in 0..<offset / 64 { words[word + offset / 64] |= other.words[word] }
    }
  }
}
