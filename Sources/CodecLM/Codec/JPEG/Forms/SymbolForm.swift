extension JPEGProfile.Stream {
  /// The coefficients of the entropy-coded data instead of their Huffman codes: for each block DC, the
  /// AC coefficients that are not zero, and the block's end.
  ///
  /// A coefficient is a byte for component and
  /// zig-zag index and a byte for the value, or three. The data and so the file follow from them bit by
  /// bit.
  public static let symbols = Self(name: "symbols")
}

/// Takes a scan's coefficients out of its Huffman codes, and puts them back.
struct SymbolForm: StreamForm {
  /// The grammar of the symbols.
  private let rules: JPEGSymbolGrammar.Rules
  /// The grammar of the scans.
  private let scan: JPEGGrammar.Rules

  /// The form of a profile's streams.
  @Sendable init(_ template: JPEGTemplate) {
    rules = JPEGSymbolGrammar.Rules(template.profile)
    scan = template.grammar().rules
  }

  func makeGrammar() -> any ByteGrammar { JPEGSymbolGrammar(rules) }

  /// The places of coefficients.
  var symbolStarts: ByteSet { JPEGSymbol.starts }

  /// The symbols of entropy-coded data, which the scans' own grammar reads.
  ///
  /// - Throws: ``CodecError/corrupt(_:)`` where the data are no scan of the profile, or a DC
  ///   coefficient leaves the range of eight-bit samples.
  /// - Complexity: O(bits).
  func stream(of data: ArraySlice<UInt8>) throws(CodecError) -> [UInt8] {
    var symbols: [UInt8] = []
    symbols.reserveCapacity(3 * data.count)
    try scan.coefficients(of: data) { coded, block throws(CodecError) in
      let component = scan.components[block]
      switch coded {
      case .endOfBlock: symbols.append(JPEGSymbol.index(0, component: component).byte)
      case .coefficient(let index, let value):
        guard JPEGSymbol.range.contains(value) else {
          throw .corrupt(.coefficient(value))
        }
        symbols.append(JPEGSymbol.index(index, component: component).byte)
        JPEGSymbol.append(value, to: &symbols)
      }
    }
    return symbols
  }

  /// The entropy-coded data of symbols.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)``.
  func scan(of symbols: [UInt8]) throws(CodecError) -> ArraySlice<UInt8> {
    var writer = ScanWriter(capacity: symbols.count)
    var state = JPEGSymbolGrammar.State()
    var (levels, last) = ([0, 0, 0], 0)
    for (offset, byte) in symbols.enumerated() {
      let (block, mcu) = (state.block, state.mcu)
      switch rules.advance(&state, byte) {
      case nil: throw .notCanonical(offset: offset, .symbol)
      case .nothing: continue
      case .endOfBlock: writer.append(scan.ac[block].codes[0x00])
      case .coefficient(index: 0, let value):
        let component = rules.components[block]
        writer.append(value - levels[component], after: 0, scan.dc[block])
        levels[component] = value
        last = 0
      case .coefficient(let index, let value):
        let run = index - last - 1
        for _ in 0..<run / 16 { writer.append(scan.ac[block].codes[0xF0]) }
        writer.append(value, after: run % 16, scan.ac[block])
        last = index
      }
      if state.mcu > mcu, state.mcu < rules.mcus, scan.restartInterval > 0,
        state.mcu.isMultiple(of: scan.restartInterval)
      {
        writer.appendMarker(state.mcu / scan.restartInterval - 1)
        levels = [0, 0, 0]
      }
    }
    guard state.mcu == rules.mcus else {
      throw .notCanonical(offset: symbols.count, .end)
    }
    writer.align()
    return writer.bytes[...]
  }

  func unitRuns(of symbols: [UInt8]) throws(CodecError) -> [UnitRun] {
    var grammar = JPEGSymbolGrammar(rules)
    var runs: [UnitRun] = []
    runs.reserveCapacity(rules.mcus)
    for (offset, symbol) in symbols.enumerated() {
      guard grammar.advance(symbol) else {
        throw .notCanonical(offset: offset, .symbol)
      }
      if grammar.unitCount > runs.count {
        runs.append(UnitRun(unit: runs.count, end: 8 * (offset + 1)))
      }
    }
    guard grammar.isComplete else {
      throw .notCanonical(offset: symbols.count, .end)
    }
    return runs
  }
}

/// Writes bits with stuffing (T.81 F.1.2.3).
private struct ScanWriter {
  private(set) var bytes: [UInt8] = []
  private var pending: UInt32 = 0
  private var count = 0

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ code: HuffmanTree.Code) {
    pending = pending << UInt32(code.length) | UInt32(code.bits)
    count += code.length
    while count >= 8 {
      count -= 8
      let byte = UInt8(truncatingIfNeeded: pending >> UInt32(count))
      bytes.append(byte)
      if byte == 0xFF { bytes.append(0x00) }
    }
  }

  /// The code of a run of zeros and a value's category, and the value's bits (T.81 F.1.2).
  mutating func append(_ value: Int, after run: Int, _ table: HuffmanTree) {
    let category = Int.bitWidth - value.magnitude.leadingZeroBitCount
    append(table.codes[run << 4 | category])
    let bits = value < 0 ? value - 1 : value
    append(HuffmanTree.Code(bits: UInt16(bits & (1 << category - 1)), length: category))
  }

  /// Fills up the byte with ones.
  mutating func align() {
    if count > 0 { append(HuffmanTree.Code(bits: 0xFF >> UInt16(count), length: 8 - count)) }
  }

  mutating func appendMarker(_ number: Int) {
    align()
    bytes += [0xFF, 0xD0 + UInt8(number % 8)]
  }
}
