/// A set of numbers from 0 to a limit.
package struct NumberSet: Sendable, Equatable {
  /// Number of elements.
  package private(set) var count = 0
  private var words: [UInt64]

  /// The empty set of numbers below `end`.
  package init(below end: Int) { words = [UInt64](repeating: 0, count: (end + 63) / 64) }

  /// Whether a number is in the set.
  package func contains(_ number: Int32) -> Bool {
    words[Int(number) >> 6] >> UInt64(number & 63) & 1 != 0
  }

  /// Adds a number.
  package mutating func insert(_ number: Int32) {
    let (word, bit) = (Int(number) >> 6, UInt64(1) << UInt64(number & 63))
    if words[word] & bit == 0 { count += 1 }
    words[word] |= bit
  }

  /// The lowest number of the set.
  package var first: Int32? {
    for (index, word) in words.enumerated() where word != 0 {
      return Int32(64 * index + word.trailingZeroBitCount)
    }
    return nil
  }
}
