/// A pair of tokens that is joined to one.
struct Merge: Equatable, Sendable {
  var left: Int32
  var right: Int32
  /// Pairs of lower rank are joined first.
  var rank: Int32
  /// The token that both become.
  var result: Int32

  /// What no pair is: later than all others.
  static let none = Merge(left: -1, right: -1, rank: .max, result: -1)
}

/// Finds what a pair of tokens becomes: a hash table with open addressing, at most half full.
struct MergeTable: Sendable {
  /// The merges, in the order given.
  let all: [Merge]
  private var slots: [Merge]
  private let shift: UInt64

  /// A table of merges; of two for the same pair the later one counts.
  init(_ merges: [Merge]) {
    all = merges
    var bits = 4
    while 1 << bits < 2 * merges.count { bits += 1 }
    shift = UInt64(64 - bits)
    slots = Array(repeating: .none, count: 1 << bits)
    for merge in merges {
      var slot = slot(of: merge.left, merge.right)
      while slots[slot].left >= 0,
        slots[slot].left != merge.left || slots[slot].right != merge.right
      {
        slot = (slot + 1) & (slots.count - 1)
      }
      slots[slot] = merge
    }
  }

  /// What the pair becomes, `Merge/none` when it stays.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    var slot = slot(of: left, right)
    while true {
      let merge = slots[slot]
      if merge.left == left && merge.right == right || merge.left < 0 { return merge }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  /// Multiplicative hashing by 2⁶⁴ divided by the golden ratio.
  @inline(__always)
  private func slot(of left: Int32, _ right: Int32) -> Int {
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    return Int((key &* 0x9e37_79b9_7f4a_7c15) >> shift)
  }
}
