extension JPEGGrammar {
  /// What the codes of entropy-coded data say.
  enum Coded {
    /// A DC coefficient, whose index is 0, or an AC coefficient at its zig-zag index.
    case coefficient(index: Int, Int)
    /// EOB.
    case endOfBlock
  }
}

extension JPEGGrammar.Rules {
  /// Follows entropy-coded data and says what it codes.
  ///
  /// - Parameters:
  ///   - scan: the data, whole, without header and trailer.
  ///   - body: takes each coefficient and block end, and the block of the MCU that it is in.
  /// - Throws: ``CodecError/corrupt(_:)`` where the grammar does not allow a byte; what `body` throws.
  /// - Complexity: O(bits).
  @inline(__always)
  func coefficients(
    of scan: ArraySlice<UInt8>,
    _ body: (_ coded: JPEGGrammar.Coded, _ block: Int) throws(CodecError) -> Void
  ) throws(CodecError) {
    var state = State(phase: .scan)
    var levels = SIMD4<Int32>()
    // Of the value that is being read.
    var (value, category) = (0, 0)
    for (place, byte) in scan.enumerated() {
      if let due = due(state) {
        guard byte == due else { throw Self.fault(place) }
        if case .restart = state.phase { levels = .zero }
        passDue(&state)
        continue
      }
      guard state.phase == .scan else { throw Self.fault(place) }
      var count = 0
      while count < 8 {
        let bit = byte >> UInt8(7 - count) & 1 == 1
        var (block, index) = (state.bits.block, state.bits.index)
        if state.bits.valueBits > 0 {
          let passed = passValue(&state.bits, first: bit, atMost: 8 - count)
          count += passed
          value = value << passed | Int(byte) >> (8 - count) & (1 << passed - 1)
        } else {
          let isPadding = state.bits.isPadding
          guard read(bit, &state.bits) else { throw Self.fault(place) }
          count += 1
          // Inside a code, and behind ZRL, nothing is said yet.
          if isPadding || state.bits.node != 0 || state.bits.owesCoefficient { continue }
          if index > 0, state.bits.index == 0 {
            try body(.endOfBlock, block)
            continue
          }
          (value, category, index) = (0, state.bits.valueBits, state.bits.index)
          block = state.bits.block
        }
        guard state.bits.valueBits == 0 else { continue }
        // EXTEND (T.81 F.2.2.1): values that begin with 0 are negative.
        let isNegative = category > 0 && value >> (category - 1) == 0
        var number = isNegative ? value - 1 << category + 1 : value
        if index == 1 {
          let component = components[block]
          levels[component] += Int32(number)
          number = Int(levels[component])
        }
        try body(.coefficient(index: index - 1, number), block)
      }
      state.phase = byte == 0xFF ? .stuffing : .scan
      if state.phase == .scan { closeInterval(&state) }
    }
    guard state.phase == .complete else { throw Self.fault(scan.count) }
  }

  private static func fault(_ offset: Int) -> CodecError {
    .corrupt(.entropyCodedData(offset: offset))
  }
}
