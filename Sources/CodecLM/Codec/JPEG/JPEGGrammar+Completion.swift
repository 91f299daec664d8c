extension JPEGGrammar.Rules {
  /// The byte that goes on to EOB or, where a code was begun that is not EOB's, with the fewest bits.
  func cheapestByte(_ state: BitState, beginning prefix: BitPrefix) -> UInt8 {
    var state = state
    var byte: UInt8 = 0
    for place in 0..<8 {
      let bit = place < prefix.count ? prefix[place] : cheapestBit(state)
      byte = byte << 1 | (bit ? 1 : 0)
      guard read(bit, &state) else { preconditionFailure("no code goes on with \(bit)") }
    }
    return byte
  }

  /// The bit that goes on to EOB with the fewest bits.
  private func cheapestBit(_ state: BitState) -> Bool {
    if state.isPadding { return true }
    if state.valueBits > 0 {
      // The smallest value of its category and sign: 10…0 or 01…1 (T.81 F.1.2.1.1).
      return state.sign.map { !$0 } ?? true
    }
    let tree = tree(state)
    let children = tree.nodes[state.node].children
    if state.index > 0, !state.owesCoefficient, tree.nodes[state.node].hasEndOfBlock {
      return children.one != 0 && tree.nodes[Int(children.one)].hasEndOfBlock
    }
    guard let zero = leastBits(below: Int(children.zero), state) else { return true }
    return leastBits(below: Int(children.one), state).map { $0 < zero } ?? false
  }

  /// The fewest bits from a node to the end of the block, or of the DC coefficient; `nil` if no code
  /// that fits goes through the node.
  private func leastBits(below node: Int, _ state: BitState) -> Int? {
    let tree = tree(state)
    guard node != 0, isPossible(tree.nodes[node], state) else { return nil }
    guard let symbol = tree.nodes[node].symbol else {
      let children = tree.nodes[node].children
      let bits = [children.zero, children.one].compactMap { leastBits(below: Int($0), state) }
      return bits.min().map { $0 + 1 }
    }
    if state.index == 0 { return Int(symbol) }
    if symbol == 0x00 { return 0 }
    // A last resort: a coefficient would have to follow.
    if symbol == 0xF0 { return 64 }
    let isLast = state.index + Int(symbol >> 4) == 63
    return Int(symbol & 15) + (isLast ? 0 : tree.endOfBlockBits)
  }
}
