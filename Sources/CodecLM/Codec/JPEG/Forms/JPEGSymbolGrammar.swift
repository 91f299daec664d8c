/// The streams of a profile's symbols (``JPEGProfile/Stream/symbols``): for each block its DC
/// coefficient, the AC coefficients that are not zero in zig-zag order, and the block's end unless
/// coefficient 63 is there.
///
/// It allows the same pictures as `JPEGGrammar` does, as far as DC coefficients are in the range of
/// eight-bit samples; Huffman codes, restart markers, stuffing and
/// padding follow from the symbols and are not in the stream.
package struct JPEGSymbolGrammar: TrieGrammar {
  private let rules: Rules
  private var state = State()

  init(_ rules: Rules) { self.rules = rules }

  /// Whether the stream is whole.
  package var isComplete: Bool { state.mcu == rules.mcus }

  /// The bytes that may come next.
  package var allowedBytes: ByteSet { rules.allowedBytes(state) }

  /// MCUs that have ended.
  var unitCount: Int { state.mcu }

  /// Goes on by a byte.
  package mutating func advance(_ byte: UInt8) -> Bool { rules.advance(&state, byte) != nil }

  /// The strings of a trie that may come next.
  package func matches(
    in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet
  ) -> ByteTrie.Matches {
    trie.matches(after: known, allowed, from: state) { rules.advance(&$0, $1) != nil }
  }

  /// The block of the MCU and the coefficient that is due.
  package var place: Place? { isComplete ? nil : rules.place(state) }

  /// Bytes that end the stream: in each block the DC coefficient of the one before it and the block's
  /// end, so that it shows that block's average.
  package func completion(beginning prefix: BitPrefix) -> [UInt8] {
    var rest = state
    var bytes: [UInt8] = []
    while rest.mcu < rules.mcus {
      let allowed = rules.allowedBytes(rest)
      let possible = bytes.isEmpty ? allowed.intersection(prefix.bytes) : allowed
      let byte = rules.plainBytes(rest).first { possible.contains($0) } ?? possible.first
      guard let byte, rules.advance(&rest, byte) != nil else {
        preconditionFailure("\(prefix) is not how an allowed byte begins")
      }
      bytes.append(byte)
    }
    return bytes
  }
}

extension JPEGSymbolGrammar {
  /// Where a stream stands.
  struct State: Sendable {
    /// What the next byte is.
    enum Due: UInt8, Sendable {
      case index, value, high, low
    }

    /// MCUs that have ended.
    var mcu = 0
    /// The block of the MCU.
    var block = 0
    /// The coefficient that was named last; `nil` before the block's first.
    var index: Int?
    var due = Due.index
    /// The first digit of the value that is being read.
    var high: UInt8 = 0
    /// The last DC coefficient of each component.
    var levels = SIMD4<Int16>()
  }

  /// What a byte that was allowed completes.
  enum Step: Equatable {
    case nothing
    case coefficient(index: Int, Int)
    case endOfBlock
  }

  /// What all streams of a profile share.
  final class Rules: Sendable {
    /// MCUs in a picture.
    let mcus: Int
    /// For each block of an MCU its component.
    let components: [Int]
    /// For each component, the bytes that begin a block.
    private let starts: [ByteSet]
    /// For 64 × component + index, the bytes that may follow this coefficient.
    private let followers: [ByteSet]
    /// The bytes of a DC and of an AC coefficient's value.
    private let values: [ByteSet]
    /// The first digits of a value.
    private let highs: ByteSet
    /// For each first digit, the second ones of a DC and of an AC coefficient.
    private let lows: [[ByteSet]]

    init(_ profile: JPEGProfile) {
      mcus = profile.mcuCount
      components = profile.blockComponents
      starts = (0..<3).map { ByteSet(JPEGSymbol.index(0, component: $0).byte) }
      followers = (0..<3).flatMap { component in
        (0..<64).map { last in
          ByteSet {
            guard case .index(let index, component) = JPEGSymbol($0) else { return false }
            return index == 0 || index > last
          }
        }
      }
      values = [false, true].map { isAC in
        ByteSet { $0 >= 0xC0 && !(isAC && $0 == JPEGSymbol.value(0).byte) }
      }
      lows = (0..<64).map { high in
        [false, true].map { isAC in
          ByteSet {
            guard $0 >= 0xC0 else { return false }
            let value = JPEGSymbol.value(high: UInt8(high), low: $0)
            return JPEGSymbol.range.contains(value) && !JPEGSymbol.direct.contains(value)
              && !(isAC && value == JPEGSymbol.range.lowerBound)
          }
        }
      }
      highs = ByteSet { [lows] in $0 >= 0xC0 && !lows[Int($0 & 63)][1].isEmpty }
    }

    /// The component of the block that is begun or due.
    func component(_ state: State) -> Int { components[state.block] }

    func allowedBytes(_ state: State) -> ByteSet {
      if state.mcu == mcus { return ByteSet() }
      let isAC = state.index != 0 ? 1 : 0
      switch state.due {
      case .index:
        guard let index = state.index else { return starts[component(state)] }
        return followers[64 * component(state) + index]
      case .value: return values[isAC]
      case .high: return highs
      case .low: return lows[Int(state.high & 63)][isAC]
      }
    }

    /// Goes on by a byte; `nil` when it is not allowed.
    @inline(__always)
    func advance(_ state: inout State, _ byte: UInt8) -> Step? {
      guard allowedBytes(state).contains(byte) else { return nil }
      switch (state.due, JPEGSymbol(byte)) {
      case (.index, .index(0, _)) where state.index != nil:
        endBlock(&state)
        return .endOfBlock
      case (.index, .index(let index, _)):
        state.index = index
        state.due = .value
        return .nothing
      case (.value, .escape):
        state.due = .high
        return .nothing
      case (.high, _):
        state.high = byte
        state.due = .low
        return .nothing
      case (.low, _): return take(JPEGSymbol.value(high: state.high, low: byte), &state)
      case (.value, .value(let value)): return take(value, &state)
      default: return nil
      }
    }

    private func take(_ value: Int, _ state: inout State) -> Step {
      let index = state.index ?? 0
      if index == 0 { state.levels[component(state)] = Int16(value) }
      state.due = .index
      if index == 63 { endBlock(&state) }
      return .coefficient(index: index, value)
    }

    private func endBlock(_ state: inout State) {
      state.index = nil
      state.block += 1
      if state.block == components.count {
        state.block = 0
        state.mcu += 1
      }
    }

    func place(_ state: State) -> Place {
      let high = state.due == .low ? Int(state.high & 63) : 0
      let number =
        (state.block << 7 | (state.index ?? 64)) << 8 | Int(state.due.rawValue) << 6 | high
      // This block may end at once; those behind take three bytes or more.
      let blocksLeft = (mcus - state.mcu) * components.count - state.block
      return Place(number: UInt64(number), horizon: 3 * (blocksLeft - 1))
    }

    /// The next byte on the shortest way to the end of the block, of the first that is allowed.
    func plainBytes(_ state: State) -> [UInt8] {
      let component = component(state)
      let wanted = state.index == 0 ? Int(state.levels[component]) : 1
      switch state.due {
      case .index: return [JPEGSymbol.index(0, component: component).byte]
      case .value: return [JPEGSymbol.bytes(of: wanted)[0]]
      case .high, .low:
        // Behind an escape the nearest value that has no byte of its own.
        let direct = JPEGSymbol.direct
        let value =
          !direct.contains(wanted)
          ? wanted : wanted < 0 ? direct.lowerBound - 1 : direct.upperBound + 1
        return [JPEGSymbol.bytes(of: value)[state.due == .high ? 1 : 2]]
      }
    }
  }
}
