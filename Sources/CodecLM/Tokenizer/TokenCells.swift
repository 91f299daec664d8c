/// Files as tokens while they are joined, each token in the cells of its bytes.
///
/// The first and the last cell of a token hold its id, those between ``inside``; so a token's
/// neighbours are found without links. ``boundary`` stands before, between and after the files.
struct TokenCells {
  /// The ids of the two special tokens, which no file contains.
  static let boundary = UInt16(TokenTable.ownBegin)
  static let inside = UInt16(TokenTable.ownEnd)

  /// The places of new pairs, by the token that a joined one now stands beside.
  struct Neighbours {
    private(set) var tokens: [UInt16] = []
    private(set) var places: [[UInt32]] = []
    private var index: [Int32]

    fileprivate init(tokens count: Int) {
      index = Array(repeating: -1, count: count)
    }

    fileprivate mutating func append(_ place: Int, beside token: UInt16) {
      if index[Int(token)] < 0 {
        index[Int(token)] = Int32(tokens.count)
        tokens.append(token)
        places.append([])
      }
      places[Int(index[Int(token)])].append(UInt32(place))
    }
  }

  private var cells: [UInt16]
  private var lengths = [Int](repeating: 1, count: 258)

  /// Single bytes and boundaries, of which one is first and one is last.
  init(_ cells: [UInt16]) {
    self.cells = cells
  }

  /// Joins the pair wherever it still stands among `places`, which ascend, to `token`.
  ///
  /// - Returns: where `token` now stands after another token (the place is the other's) and before
  ///   another (the place is `token`'s own). Each is also a place less of the neighbour with a half
  ///   of the pair.
  mutating func join(
    _ pair: PairCounts.Pair, at places: [UInt32], to token: UInt16
  ) -> (before: Neighbours, after: Neighbours) {
    let (first, second) = (lengths[Int(pair.left)], lengths[Int(pair.right)])
    if Int(token) == lengths.count { lengths.append(first + second) }
    var before = Neighbours(tokens: lengths.count)
    var after = Neighbours(tokens: lengths.count)
    for place in places {
      let start = Int(place)
      guard cells[start] == pair.left, cells[start + first] == pair.right else { continue }
      let end = start + first + second
      let (previous, next) = (cells[start - 1], cells[end])
      if previous != Self.boundary {
        before.append(start - lengths[Int(previous)], beside: previous)
      }
      if next != Self.boundary { after.append(start, beside: next) }
      cells[start + first - 1] = Self.inside
      cells[start + first] = Self.inside
      cells[end - 1] = token
      cells[start] = token
    }
    return (before, after)
  }
}
