extension JPEGGrammar.Rules {
  /// The bytes that may follow inside the entropy-coded data.
  ///
  /// - Complexity: a step for each node of the codes' trees within eight bits.
  func allowedBytes(_ state: BitState) -> ByteSet { numbers(of: 8, state) }

  /// The numbers of `count` bits that may follow.
  private func numbers(of count: Int, _ state: BitState) -> ByteSet {
    if state.valueBits >= count { return ByteSet(below: 1 << count) }
    var numbers = ByteSet()
    if state.valueBits > 0 {
      // The same may follow whatever the value.
      var next = state
      let left = count - passValue(&next, first: true, atMost: count)
      numbers = self.numbers(of: left, next)
      for bit in left..<count { numbers.formUnion(numbers, plus: 1 << bit) }
      return numbers
    }
    var (zero, one) = (state, state)
    if read(false, &zero) { numbers.formUnion(self.numbers(of: count - 1, zero)) }
    if read(true, &one) {
      numbers.formUnion(self.numbers(of: count - 1, one), plus: 1 << (count - 1))
    }
    return numbers
  }

  /// A place inside the entropy-coded data.
  func place(_ state: BitState) -> Place {
    // Bits from the lowest: 4 of block (at most 10 in an MCU), 7, 4, 1, 13 (at most 4,097 nodes).
    let number =
      UInt64(state.block) | UInt64(state.index) << 4 | UInt64(state.valueBits) << 11
      | (state.owesCoefficient ? 1 << 15 : 0) | UInt64(state.node) << 16
    // This block may end at once, those behind take their bits.
    return Place(number: number, horizon: (blocksLeft(state) - 1) * blockBits / 8)
  }

  /// Blocks of the interval that have not ended.
  private func blocksLeft(_ state: BitState) -> Int {
    if state.isPadding { return 0 }
    let interval = restartInterval == 0 ? mcus : restartInterval
    let last = min(mcus, (state.mcu / interval + 1) * interval)
    return (last - state.mcu) * dc.count - state.block
  }
}
