/// The streams of a profile's symbols (``JPEGProfile/Stream/symbols``): in each block a DC category and
/// AC symbols that stay inside the block, each with the bits of its value.
///
/// It allows the same pictures as ``JPEGGrammar`` does; restart markers, stuffing and padding follow from
/// the symbols and are not in the stream.
public struct JPEGSymbolGrammar: ByteGrammar {
  /// A place in a stream.
  struct State {
    var mcu = 0
    /// Which block of the MCU.
    var block = 0
    /// Zig-zag index of the coefficient due; 0 is DC.
    var index = 0
    /// Bits left of a coefficient's value.
    var valueBits = 0
    /// The value's first bit, which is its sign, once it was read.
    var sign: Bool?
    /// Whether ZRL came last, so that a coefficient must follow.
    var owesCoefficient = false
  }

  /// What all streams of the profile share.
  final class Rules: Sendable {
    let mcus: Int
    /// The categories of a DC difference.
    private let categories: ByteSet
    /// For each zig-zag index from 1 to 63, and whether a coefficient is owed, the AC symbols.
    private let symbols: [ByteSet]
    /// For one bit to four, the bytes of a value.
    private let values: [ByteSet]
    private let blocks: Int

    /// The rules for tables which all have the symbols of the first, as Annex K's do.
    init(_ rules: JPEGGrammar.Rules) {
      mcus = rules.mcus
      blocks = rules.dc.count
      let (dc, ac) = (rules.dc[0], rules.ac[0])
      categories = ByteSet {
        guard case .dc(let category) = JPEGSymbol($0) else { return false }
        return dc.codes[Int(category)].length > 0
      }
      symbols = (0..<128).map { place in
        ByteSet {
          guard case .ac(let symbol) = JPEGSymbol($0), ac.codes[Int(symbol)].length > 0 else {
            return false
          }
          if symbol == 0x00 { return place % 2 == 0 }
          return place / 2 + (symbol == 0xF0 ? 16 : Int(symbol >> 4)) <= 63
        }
      }
      values = (1...JPEGSymbol.valueBits).map { count in
        ByteSet { if case .value(_, count) = JPEGSymbol($0) { true } else { false } }
      }
    }

    func allowedBytes(_ state: State) -> ByteSet {
      if state.mcu == mcus { return ByteSet() }
      if state.valueBits > 0 { return values[min(state.valueBits, JPEGSymbol.valueBits) - 1] }
      if state.index == 0 { return categories }
      return symbols[2 * state.index + (state.owesCoefficient ? 1 : 0)]
    }

    @inline(__always)
    func advance(_ state: inout State, _ byte: UInt8) -> Bool {
      guard allowedBytes(state).contains(byte), let symbol = JPEGSymbol(byte) else { return false }
      switch symbol {
      case .dc(let category):
        (state.index, state.valueBits, state.sign) = (1, Int(category), nil)
      case .ac(0x00):
        endBlock(&state)
      case .ac(0xF0):
        state.index += 16
        state.owesCoefficient = true
      case .ac(let symbol):
        state.index += Int(symbol >> 4) + 1
        (state.valueBits, state.sign) = (Int(symbol & 15), nil)
        state.owesCoefficient = false
      case .value(let value, let bits):
        if state.sign == nil { state.sign = value >> UInt8(bits - 1) == 1 }
        state.valueBits -= bits
        if state.valueBits == 0, state.index == 64 { endBlock(&state) }
      }
      return true
    }

    private func endBlock(_ state: inout State) {
      state.index = 0
      state.block += 1
      guard state.block == blocks else { return }
      state.block = 0
      state.mcu += 1
    }

    func place(_ state: State) -> Place {
      let number =
        state.index | state.valueBits << 7 | (state.owesCoefficient ? 1 << 11 : 0)
      // This block may end at once, those behind take two bytes or more.
      let blocksLeft = (mcus - state.mcu) * blocks - state.block
      return Place(number: UInt64(number), horizon: 2 * (blocksLeft - 1))
    }

    /// The byte that goes on to the end of the block with the fewest bits.
    func cheapestByte(_ state: State) -> UInt8 {
      if state.valueBits > 0 {
        // The smallest value of its category and sign: 10…0 or 01…1 (T.81 F.1.2.1.1).
        let bits = min(state.valueBits, JPEGSymbol.valueBits)
        let rest = state.sign.map { $0 ? 0 : UInt8(1 << bits - 1) }
        return JPEGSymbol.value(rest ?? 1 << UInt8(bits - 1), bits: bits).byte
      }
      if state.index == 0 { return JPEGSymbol.dc(0).byte }
      return JPEGSymbol.ac(state.owesCoefficient ? 0x01 : 0x00).byte
    }
  }

  private let rules: Rules
  private var state = State()

  init(_ rules: Rules) { self.rules = rules }

  /// Whether the stream is whole.
  public var isComplete: Bool { state.mcu == rules.mcus }

  /// The bytes that may come next.
  public var allowedBytes: ByteSet { rules.allowedBytes(state) }

  /// The next byte, if there is no choice.
  public var forcedByte: UInt8? { allowedBytes.count == 1 ? allowedBytes.first : nil }

  /// MCUs that have ended.
  var unitCount: Int { state.mcu }

  /// Goes on by a byte.
  public mutating func advance(_ byte: UInt8) -> Bool { rules.advance(&state, byte) }

  /// The strings of a trie that may come next.
  public func matches(
    in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet
  ) -> ByteTrie.Matches {
    trie.matches(after: known, allowed, from: state) { rules.advance(&$0, $1) }
  }

  /// The coefficient that is due.
  public var place: Place? { isComplete ? nil : rules.place(state) }

  /// Bytes that end the stream: in each block a DC difference of zero and EOB, so that every block shows
  /// the average of the one before it.
  public func completion(beginning prefix: BitPrefix) -> [UInt8] {
    var rest = state
    var bytes: [UInt8] = []
    while rest.mcu < rules.mcus {
      var byte = rules.cheapestByte(rest)
      if bytes.isEmpty, !prefix.bytes.contains(byte) {
        byte = rules.allowedBytes(rest).intersection(prefix.bytes).first ?? byte
      }
      bytes.append(byte)
      guard rules.advance(&rest, byte) else {
        preconditionFailure("byte \(byte) does not complete")
      }
    }
    return bytes
  }
}
