extension JPEGGrammar {
  /// A place inside the entropy-coded data.
  struct BitState {
    var mcu = 0
    /// Which block of the MCU.
    var block = 0
    /// Zig-zag index of the coefficient due; 0 is DC.
    var index = 0
    /// The bits of a code so far, as a node of its tree.
    var node = 0
    /// Bits left of a coefficient's value.
    var valueBits = 0
    /// The value's first bit, which is its sign, once it was read.
    var sign: Bool?
    /// Whether ZRL came last, so that a coefficient must follow.
    var owesCoefficient = false
    /// Whether the interval's MCUs are done and ones fill the byte.
    var isPadding = false
  }
}

extension JPEGGrammar.Rules {
  typealias BitState = JPEGGrammar.BitState

  /// Goes on by a bit; false if none of the codes that may stand here begins so.
  func read(_ bit: Bool, _ state: inout BitState) -> Bool {
    if state.isPadding { return bit }
    if state.valueBits > 0 {
      _ = passValue(&state, first: bit, atMost: 1)
      return true
    }
    let tree = tree(state)
    let children = tree.nodes[state.node].children
    let next = Int(bit ? children.one : children.zero)
    guard next != 0, isPossible(tree.nodes[next], state) else { return false }
    state.node = next
    if let symbol = tree.nodes[next].symbol { take(symbol, &state) }
    return true
  }

  /// Goes on by as many bits of a coefficient's value as there are and returns their number.
  func passValue(_ state: inout BitState, first: Bool, atMost limit: Int) -> Int {
    let count = min(state.valueBits, limit)
    if state.sign == nil { state.sign = first }
    state.valueBits -= count
    if state.valueBits == 0, state.index == 64 { endBlock(&state) }
    return count
  }

  /// The table of the code that is due.
  func tree(_ state: BitState) -> HuffmanTree {
    state.index == 0 ? dc[state.block] : ac[state.block]
  }

  /// Whether a symbol here or below fits into the block.
  func isPossible(_ node: HuffmanTree.Node, _ state: BitState) -> Bool {
    state.index == 0 || node.hasEndOfBlock && !state.owesCoefficient
      || Int(node.leastRun) <= 63 - state.index
  }

  /// Goes on by a whole code.
  private func take(_ symbol: UInt8, _ state: inout BitState) {
    state.node = 0
    state.sign = nil
    if state.index == 0 {
      // A DC difference's category is its number of bits (T.81 F.1.2.1).
      state.index = 1
      state.valueBits = Int(symbol)
    } else if symbol == 0x00 {
      endBlock(&state)
    } else if symbol == 0xF0 {
      state.index += 16
      state.owesCoefficient = true
    } else {
      state.index += Int(symbol >> 4) + 1
      state.valueBits = Int(symbol & 15)
      state.owesCoefficient = false
    }
  }

  private func endBlock(_ state: inout BitState) {
    state.index = 0
    state.block += 1
    guard state.block == dc.count else { return }
    state.block = 0
    state.mcu += 1
    state.isPadding =
      state.mcu == mcus || restartInterval > 0 && state.mcu.isMultiple(of: restartInterval)
  }
}
