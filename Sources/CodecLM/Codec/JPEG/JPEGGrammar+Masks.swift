import Synchronization

extension JPEGGrammar.Rules {
  /// The bytes that may follow inside the entropy-coded data.
  ///
  /// They hang on little: a stream at 64 × 64 pixels meets a few thousand different places. The answer
  /// for each is kept, for all grammars that share these rules.
  ///
  /// - Complexity: a look into a table; at a place that is new at most 510 steps through the codes.
  func allowedBytes(_ state: BitState) -> ByteSet {
    if state.valueBits >= 8 { return .all }
    let place = place(state)
    if let known = masks.withLock({ $0[place] }) { return known }
    var allowed = ByteSet()
    collect(state, prefix: 0, depth: 0, into: &allowed)
    masks.withLock { $0[place] = allowed }
    return allowed
  }

  /// What of a state the next eight bits hang on, in one number.
  ///
  /// From the second on a block takes two bits or more, so at most four end within eight bits: where
  /// the interval has five or more left, its end is out of sight.
  private func place(_ state: BitState) -> UInt32 {
    let blocks = min(5, blocksLeft(state))
    // Bits from the lowest: 4 of block (at most 10 in an MCU), 3, 7, 4, 1, 13 (at most 4,097 nodes).
    return UInt32(state.block) | UInt32(blocks) << 4 | UInt32(state.index) << 7
      | UInt32(state.valueBits) << 14 | (state.owesCoefficient ? 1 << 18 : 0)
      | UInt32(state.node) << 19
  }

  /// Blocks of the interval that have not ended.
  private func blocksLeft(_ state: BitState) -> Int {
    if state.isPadding { return 0 }
    let interval = restartInterval == 0 ? mcus : restartInterval
    let last = min(mcus, (state.mcu / interval + 1) * interval)
    return (last - state.mcu) * dc.count - state.block
  }

  /// What of a state the next `count` bytes hang on, but for the phase and the number of markers, and
  /// whether the interval may end in them.
  fileprivate func place(_ state: BitState, ahead count: Int) -> (UInt64, endsInterval: Bool) {
    // As above: no more than this many blocks, so also MCUs, end in so many bytes.
    let sight = 4 * count
    let blocks = min(sight + 1, blocksLeft(state))
    let mcusLeft = blocks > sight ? 0 : min(sight + 1, mcus - state.mcu)
    return (
      UInt64(place(state) & ~(7 << 4)) | UInt64(blocks) << 32 | UInt64(mcusLeft) << 38
        | (state.isPadding ? 1 << 44 : 0), blocks <= sight
    )
  }

  private func collect(
    _ state: BitState, prefix: Int, depth: Int, into allowed: inout ByteSet
  ) {
    let left = 8 - depth
    if state.valueBits >= left {
      return allowed.insert(prefix << left..<(prefix + 1) << left)
    }
    for bit in 0...1 {
      var next = state
      if read(bit == 1, &next) {
        collect(next, prefix: prefix << 1 | bit, depth: depth + 1, into: &allowed)
      }
    }
  }
}

extension JPEGGrammar {
  /// A number for each place inside the entropy-coded data, as far as 15 bytes can tell them apart.
  public func place(ahead count: Int) -> UInt64? {
    let part: UInt64
    switch phase {
    case .scan: part = 0
    case .stuffing: part = 1
    case .restart(let byte): part = 2 + UInt64(byte)
    case .header, .trailer, .complete: return nil
    }
    guard count <= 15 else { return nil }
    let (place, endsInterval) = rules.place(bits, ahead: count)
    let markers = endsInterval || part >= 2 ? UInt64(restarts % 8) : 0
    return place | part << 45 | markers << 47
  }
}
