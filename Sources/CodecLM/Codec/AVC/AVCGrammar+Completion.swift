extension AVCGrammar.Rules {
  /// Bytes that end the stream from a state, of which the first begins with a prefix.
  func completion(of state: State, beginning prefix: BitPrefix) -> [UInt8] {
    var rest = state
    var bytes: [UInt8] = []
    while rest.phase != .complete {
      let byte = cheapByte(rest, beginning: bytes.isEmpty ? prefix : .empty)
      bytes.append(byte)
      guard advance(&rest, byte, unitEnded: { _ in }) else {
        preconditionFailure("byte \(byte) does not complete")
      }
    }
    return bytes
  }

  private func cheapByte(_ state: State, beginning prefix: BitPrefix) -> UInt8 {
    if let due = due(state) { return due }
    if state.phase != .slice {
      // A frame that is not IDR is the shorter one, and the higher byte begins an IDR frame's sets.
      let allowed = allowedBytes(state).intersection(prefix.bytes)
      guard let byte = allowed.first else { preconditionFailure("no frame begins with \(prefix)") }
      return byte
    }
    // Behind two zeros a byte below 4 needs an emulation prevention byte first.
    let isEscapeDue = state.zeros == 2
    if isEscapeDue, prefix == Self.escapeOnly { return AVCGrammar.emulationPrevention }
    let isLow = state.isEscaped && prefix.count < 6
    let byte = cheapByte(
      state.slice, state.picture, beginning: isLow ? BitPrefix(of: 0, count: 6) : prefix)
    return isEscapeDue && byte < 4 ? AVCGrammar.emulationPrevention : byte
  }

  /// What no byte but 3 begins with that may stand behind two zeros.
  private static let escapeOnly = BitPrefix(of: AVCGrammar.emulationPrevention, count: 7)

  /// The byte of a slice that goes on to the end of each code with the fewest bits.
  private func cheapByte(
    _ slice: Slice, _ picture: Picture, beginning prefix: BitPrefix
  ) -> UInt8 {
    var slice = slice
    var byte: UInt8 = 0
    for place in 0..<8 {
      let bit = place < prefix.count ? prefix[place] : cheapBit(slice)
      byte = byte << 1 | (bit ? 1 : 0)
      guard read(bit, &slice, picture) else { preconditionFailure("no code goes on with \(bit)") }
    }
    return byte
  }

  private func cheapBit(_ slice: Slice) -> Bool {
    if slice.numberBits > 0 { return false }
    if slice.element == .header { return slice.header.first }
    let node = codes.nodes[Int(slice.node)]
    if node.zero == 0 { return true }
    return node.one != 0 && codes.nodes[Int(node.one)].cost < codes.nodes[Int(node.zero)].cost
  }
}
