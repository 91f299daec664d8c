/// How often each pair of neighbouring tokens is there, and where.
struct PairCounts {
  /// Two tokens.
  struct Pair {
    var left: UInt16
    var right: UInt16

    var key: UInt32 { UInt32(left) << 16 | UInt32(right) }
  }

  private struct Candidate: Comparable {
    var count: Int
    var key: UInt32

    /// The more frequent comes first, then the one of lower ids.
    static func < (one: Candidate, other: Candidate) -> Bool {
      one.count != other.count ? one.count > other.count : one.key < other.key
    }
  }

  private var counts: [UInt32: Int] = [:]
  /// Places of pairs with a longer token; some may hold another pair by now.
  private var places: [UInt32: [UInt32]] = [:]
  /// Places of all pairs of bytes, pair by pair, each ascending.
  private var bytePlaces: [UInt32]
  /// Where a pair's places end in ``bytePlaces``; they begin where those of the one before end.
  private var byteEnds: [Int]
  private var queue = Heap<Candidate>()

  /// Counts the pairs of single bytes.
  init(_ cells: [UInt16]) {
    var ends = [Int](repeating: 0, count: 1 << 16)
    Self.forEachBytePair(of: cells) { pair, _ in ends[pair] += 1 }
    var total = 0
    for pair in ends.indices {
      let count = ends[pair]
      if count > 1 {
        let key = UInt32(pair >> 8) << 16 | UInt32(pair & 0xff)
        counts[key] = count
        queue.push(Candidate(count: count, key: key))
      }
      ends[pair] = total
      total += count
    }
    bytePlaces = Array(repeating: 0, count: total)
    byteEnds = ends
    Self.forEachBytePair(of: cells) { pair, place in
      bytePlaces[byteEnds[pair]] = UInt32(place)
      byteEnds[pair] += 1
    }
  }

  @inline(__always)
  private static func forEachBytePair(of cells: [UInt16], _ body: (Int, Int) -> Void) {
    for place in 1..<cells.count where cells[place] < 256 && cells[place - 1] < 256 {
      body(Int(cells[place - 1]) << 8 | Int(cells[place]), place - 1)
    }
  }

  /// The most frequent pair that is there more than once, and its places, ascending.
  ///
  /// It counts as gone afterwards.
  mutating func takeMostFrequent() -> (pair: Pair, places: [UInt32])? {
    while let candidate = queue.pop() {
      let count = counts[candidate.key] ?? 0
      guard count > 1 else { continue }
      guard count == candidate.count else {
        // Rarer than when it was put in; a more frequent one was put in again.
        if count < candidate.count { queue.push(Candidate(count: count, key: candidate.key)) }
        continue
      }
      counts[candidate.key] = nil
      let pair = Pair(
        left: UInt16(candidate.key >> 16), right: UInt16(candidate.key & 0xffff))
      return (pair, takePlaces(of: pair))
    }
    return nil
  }

  private mutating func takePlaces(of pair: Pair) -> [UInt32] {
    if pair.left < 256, pair.right < 256 {
      let index = Int(pair.left) << 8 | Int(pair.right)
      return Array(bytePlaces[(index == 0 ? 0 : byteEnds[index - 1])..<byteEnds[index]])
    }
    guard let places = places.removeValue(forKey: pair.key) else { return [] }
    let isAscending = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
    return isAscending ? places : places.sorted()
  }

  /// Counts what changed when `pair` became `token` beside these neighbours.
  mutating func update(
    after pair: Pair, _ token: UInt16,
    _ neighbours: (before: TokenCells.Neighbours, after: TokenCells.Neighbours)
  ) {
    let (before, after) = neighbours
    for (other, places) in zip(before.tokens, before.places) {
      add(places, to: Pair(left: other, right: token))
    }
    for (other, places) in zip(after.tokens, after.places) {
      add(places, to: Pair(left: token, right: other))
    }
    for (other, places) in zip(before.tokens, before.places) {
      remove(places.count, from: Pair(left: other, right: pair.left))
    }
    for (other, places) in zip(after.tokens, after.places) {
      remove(places.count, from: Pair(left: pair.right, right: other))
    }
    for other in Set(before.tokens + after.tokens) {
      for key in [Pair(left: other, right: token).key, Pair(left: token, right: other).key] {
        if let count = counts[key], count > 1 { queue.push(Candidate(count: count, key: key)) }
      }
    }
  }

  private mutating func add(_ places: [UInt32], to pair: Pair) {
    counts[pair.key, default: 0] += places.count
    self.places[pair.key, default: []] += places
  }

  private mutating func remove(_ count: Int, from pair: Pair) {
    guard let old = counts[pair.key] else { return }
    counts[pair.key] = old > count ? old - count : nil
  }
}
