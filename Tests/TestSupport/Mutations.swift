import CodecLM
package import Foundation

/// Damaged copies of a file, each a few random changes: flipped bits, changed bytes, interesting
/// numbers, pieces cut out, repeated or copied elsewhere, an early end.
///
/// `CODECLM_MUTATION_SECONDS` says for how long each file is tried, a fifth of a second by default;
/// other values of `CODECLM_MUTATION_SEED` give other changes.
package struct Mutations {
  package static let seconds =
    ProcessInfo.processInfo.environment["CODECLM_MUTATION_SECONDS"].flatMap { Double($0) } ?? 0.2

  /// Damaged copies of each file, however slow they are.
  package static let leastTries = 50

  private static let series =
    ProcessInfo.processInfo.environment["CODECLM_MUTATION_SEED"].flatMap { UInt64($0) } ?? 0

  private var random: RandomStream

  package init(seed: UInt64) {
    random = RandomStream(seed: seed, stream: Self.series)
  }

  /// How many damaged copies of a file, written to `url`, `body` takes and how many it refuses.
  ///
  /// - Parameter fragile: see ``next(of:fragile:)``.
  package static func counts(
    _ original: [UInt8], fragile: Range<Int>? = nil, at url: URL, _ body: () throws -> Void
  ) -> (taken: Int, refused: Int) {
    var mutations = Mutations(seed: 11)
    let end = ContinuousClock.now + .seconds(seconds)
    var (taken, refused) = (0, 0)
    while ContinuousClock.now < end || taken + refused < leastTries {
      let bytes = mutations.next(of: original, fragile: fragile)
      _ = FileManager.default.createFile(atPath: url.path, contents: Data(bytes))
      do {
        try body()
        taken += 1
      } catch {
        refused += 1
      }
    }
    return (taken, refused)
  }

  /// The next damaged copy.
  ///
  /// - Parameter fragile: three changes in four fall into this part of the file.
  package mutating func next(of original: [UInt8], fragile: Range<Int>? = nil) -> [UInt8] {
    var bytes = original
    let fragile = fragile ?? 0..<original.count
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let isFragile = Int.random(in: 0..<4, using: &random) > 0
      let part = isFragile ? fragile.clamped(to: 0..<bytes.count) : 0..<bytes.count
      change(&bytes, at: Int.random(in: part.isEmpty ? 0..<bytes.count : part, using: &random))
    }
    return bytes
  }

  private static let numbers: [[UInt8]] = [
    [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80],
    [UInt8](repeating: 0xff, count: 8), [0, 0, 0, 0, 0, 0, 0, 0x80],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Array("9223372036854775807".utf8),
    Array("-1".utf8), Array("1e99".utf8), Array("{{[[".utf8), Array("\u{1}\u{0}".utf8),
  ]

  private mutating func change(_ bytes: inout [UInt8], at place: Int) {
    let rest = bytes.count - place
    let length = Int.random(in: 1...min(rest, 24), using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 3:
      let number = Self.numbers.randomElement(using: &random) ?? []
      bytes.replaceSubrange(place..<place + min(rest, number.count), with: number.prefix(rest))
    case 4: bytes.removeSubrange(place..<place + length)
    case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    case 6:
      let target = Int.random(in: 0...bytes.count - length, using: &random)
      bytes.replaceSubrange(target..<target + length, with: bytes[place..<place + length])
    default: bytes.removeLast(Int.random(in: 0..<max(rest, 1), using: &random))
    }
  }
}
