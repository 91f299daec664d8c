extension TokenTable {
  /// Runs up to this length are searched for their best pair again and again; in longer ones a heap
  /// finds it.
  private static let longestSearched = 48

  /// The tokens of `bytes`; see ``Tokenizer/encode(_:)``.
  ///
  /// Between two bytes that are no ``seams`` nothing can be joined, whatever stands around them, so
  /// that each run between such places is encoded by itself. With few merges almost every byte is a
  /// run of its own.
  func encode(_ bytes: [UInt8]) -> [Int32] {
    var tokens: [Int32] = []
    guard !bytes.isEmpty else { return tokens }
    tokens.reserveCapacity(bytes.count + 1)
    var run = MergingRun(merges)
    var index = 0
    if let prefix {
      index = runEnd(in: bytes, from: 0)
      run.append(prefix)
      encode(bytes[..<index], with: &run, into: &tokens)
    }
    while index < bytes.count {
      let end = runEnd(in: bytes, from: index)
      if end == index + 1 {
        tokens.append(byteTokens[Int(bytes[index])])
      } else {
        encode(bytes[index..<end], with: &run, into: &tokens)
      }
      index = end
    }
    if let unknown { Self.collapse(unknown, in: &tokens) }
    return tokens
  }

  private static func collapse(_ token: Int32, in tokens: inout [Int32]) {
    var kept: Int32?
    tokens.removeAll { next in
      defer { kept = next }
      return next == token && kept == token
    }
  }

  @inline(__always)
  private func runEnd(in bytes: [UInt8], from start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, seams.contains(bytes[end - 1], bytes[end]) { end += 1 }
    return end
  }

  private func encode(
    _ bytes: ArraySlice<UInt8>, with run: inout MergingRun, into tokens: inout [Int32]
  ) {
    for byte in bytes { run.append(byteTokens[Int(byte)]) }
    if run.tokens.count <= Self.longestSearched {
      run.mergeBySearching()
    } else {
      run.mergeByHeap()
    }
    tokens += run.tokens
    run.removeAll()
  }
}

/// Tokens that are joined until no two neighbours can be.
struct MergingRun {
  private(set) var tokens: [Int32] = []
  /// Scratch: what each token and the next become.
  private var joins: [Merge] = []
  private let merges: MergeTable

  init(_ merges: MergeTable) {
    self.merges = merges
  }

  mutating func append(_ token: Int32) { tokens.append(token) }

  mutating func removeAll() { tokens.removeAll(keepingCapacity: true) }

  /// Looks for the best pair, joins it and looks again.
  ///
  /// - Complexity: O(*n*²) in the number of tokens.
  mutating func mergeBySearching() {
    joins.removeAll(keepingCapacity: true)
    for index in 1..<tokens.count { joins.append(merges.merge(tokens[index - 1], tokens[index])) }
    while true {
      var best = 0
      for index in joins.indices where joins[index].rank < joins[best].rank { best = index }
      guard !joins.isEmpty, joins[best].rank < .max else { return }
      tokens[best] = joins[best].result
      tokens.remove(at: best + 1)
      joins.remove(at: best)
      if best > 0 { joins[best - 1] = merges.merge(tokens[best - 1], tokens[best]) }
      if best < joins.count { joins[best] = merges.merge(tokens[best], tokens[best + 1]) }
    }
  }

  /// Takes pairs from a heap, ordered by rank and position.
  ///
  /// - Complexity: O(*n* log *n*) in the number of tokens.
  mutating func mergeByHeap() {
    let end = tokens.count
    var next = Array(1...end)
    var previous = Array(-1..<end - 1)
    var candidates = Heap<UInt64>()
    func push(_ rank: Int32, at position: Int) {
      if rank < .max { candidates.push(UInt64(rank) << 32 | UInt64(position)) }
    }
    for index in 1..<end {
      push(merges.merge(tokens[index - 1], tokens[index]).rank, at: index - 1)
    }
    while let candidate = candidates.pop() {
      let position = Int(candidate & 0xffff_ffff)
      let second = next[position]
      guard tokens[position] >= 0, second < end else { continue }
      // What was pushed may have been joined otherwise since.
      let join = merges.merge(tokens[position], tokens[second])
      guard UInt64(join.rank) == candidate >> 32 else { continue }
      tokens[position] = join.result
      tokens[second] = -1
      next[position] = next[second]
      if next[position] < end {
        previous[next[position]] = position
        push(merges.merge(join.result, tokens[next[position]]).rank, at: position)
      }
      if previous[position] >= 0 {
        push(merges.merge(tokens[previous[position]], join.result).rank, at: previous[position])
      }
    }
    tokens.removeAll { $0 < 0 }
  }
}
