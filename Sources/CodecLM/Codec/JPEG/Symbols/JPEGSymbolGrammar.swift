/// The streams of a profile's symbols (``JPEGProfile/Stream/symbols``): in each block a DC category and
/// AC symbols that stay inside the block, each with the bits of its value.
///
/// It allows the same pictures as ``JPEGGrammar`` does; restart markers, stuffing and padding follow from
/// the symbols and are not in the stream.
public struct JPEGSymbolGrammar: ByteGrammar {
  typealias State = JPEGGrammar.BitState

  /// What all streams of the profile share.
  final class Rules: Sendable {
    /// The rules of the scans whose symbols these are.
    let scan: JPEGGrammar.Rules
    /// The categories of a DC difference.
    private let categories: ByteSet
    /// For each zig-zag index from 1 to 63, and whether a coefficient is owed, the AC symbols.
    private let symbols: [ByteSet]
    /// For one bit to four, the bytes of a value.
    private let values: [ByteSet]

    /// The rules for tables which all have the symbols of the first, as Annex K's do.
    init(_ scan: JPEGGrammar.Rules) {
      self.scan = scan
      let (dc, ac) = (scan.dc[0], scan.ac[0])
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
      if state.mcu == scan.mcus { return ByteSet() }
      if state.valueBits > 0 { return values[min(state.valueBits, JPEGSymbol.valueBits) - 1] }
      if state.index == 0 { return categories }
      return symbols[2 * state.index + (state.owesCoefficient ? 1 : 0)]
    }

    @inline(__always)
    func advance(_ state: inout State, _ byte: UInt8) -> Bool {
      guard allowedBytes(state).contains(byte), let symbol = JPEGSymbol(byte) else { return false }
      switch symbol {
      case .dc(let symbol), .ac(let symbol): scan.take(symbol, &state)
      case .value(let value, let bits):
        _ = scan.passValue(&state, first: value >> UInt8(bits - 1) == 1, atMost: bits)
      }
      // Padding and markers are not in the stream.
      state.isPadding = false
      return true
    }

    func place(_ state: State) -> Place {
      let number =
        state.index | state.valueBits << 7 | (state.owesCoefficient ? 1 << 11 : 0)
      // This block may end at once, those behind take two bytes or more.
      let blocksLeft = (scan.mcus - state.mcu) * scan.dc.count - state.block
      return Place(number: UInt64(number), horizon: 2 * (blocksLeft - 1))
    }

    /// The byte that goes on to the end of the block with the fewest bits.
    func cheapestByte(_ state: State) -> UInt8 {
      if state.valueBits > 0 {
        var (rest, value) = (state, 0 as UInt8)
        let bits = min(state.valueBits, JPEGSymbol.valueBits)
        for _ in 0..<bits {
          let bit = scan.cheapestBit(rest)
          _ = scan.passValue(&rest, first: bit, atMost: 1)
          value = value << 1 | (bit ? 1 : 0)
        }
        return JPEGSymbol.value(value, bits: bits).byte
      }
      if state.index == 0 { return JPEGSymbol.dc(0).byte }
      return JPEGSymbol.ac(state.owesCoefficient ? 0x01 : 0x00).byte
    }
  }

  private let rules: Rules
  private var state = State()

  init(_ rules: Rules) { self.rules = rules }

  /// Whether the stream is whole.
  public var isComplete: Bool { state.mcu == rules.scan.mcus }

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
    while rest.mcu < rules.scan.mcus {
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
