/// Takes a scan's coefficients out of its Huffman codes, and puts them back.
struct JPEGSymbolCoder: Sendable {
  /// The grammar of the symbols.
  let rules: JPEGSymbolGrammar.Rules
  private let scan: JPEGGrammar.Rules

  /// A coder for the scans of a profile, which these rules describe.
  init(_ profile: JPEGProfile, _ scan: JPEGGrammar.Rules) {
    rules = JPEGSymbolGrammar.Rules(profile)
    self.scan = scan
  }

  /// The symbols of entropy-coded data.
  ///
  /// - Throws: ``CodecError/corrupt(message:)`` where the data are no scan of the profile.
  /// - Complexity: O(bits).
  func symbols(of data: ArraySlice<UInt8>) throws(CodecError) -> [UInt8] {
    var reader = ScanReader(data)
    var symbols: [UInt8] = []
    symbols.reserveCapacity(3 * data.count)
    var levels = [0, 0, 0]
    for mcu in 0..<rules.mcus {
      if scan.restartInterval > 0, mcu > 0, mcu.isMultiple(of: scan.restartInterval) {
        try reader.passMarker()
        levels = [0, 0, 0]
      }
      for (block, component) in rules.components.enumerated() {
        func append(_ index: Int, _ value: Int) throws(CodecError) {
          guard JPEGSymbol.range.contains(value) else {
            throw .corrupt(message: "coefficient \(value) is out of range")
          }
          symbols.append(JPEGSymbol.index(index, component: component).byte)
          symbols += JPEGSymbol.bytes(of: value)
        }
        let category = try reader.symbol(scan.dc[block])
        levels[component] += try reader.value(of: Int(category))
        try append(0, levels[component])
        var index = 0
        while index < 63 {
          let symbol = try reader.symbol(scan.ac[block])
          if symbol == 0x00 {
            symbols.append(JPEGSymbol.index(0, component: component).byte)
            break
          }
          index += symbol == 0xF0 ? 16 : Int(symbol >> 4) + 1
          guard index < 64 else { throw .corrupt(message: "a run beyond the block's end") }
          if symbol != 0xF0 { try append(index, reader.value(of: Int(symbol & 15))) }
        }
      }
    }
    return symbols
  }

  /// The entropy-coded data of symbols, with restart markers.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)``.
  func data(of symbols: [UInt8]) throws(CodecError) -> [UInt8] {
    var writer = ScanWriter(capacity: symbols.count)
    var state = JPEGSymbolGrammar.State()
    var (levels, last) = ([0, 0, 0], 0)
    for (offset, byte) in symbols.enumerated() {
      let (block, mcu) = (state.block, state.mcu)
      switch rules.advance(&state, byte) {
      case nil: throw .notCanonical(offset: offset, reason: "a symbol that may not stand here")
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
      throw .notCanonical(offset: symbols.count, reason: "the stream ends too early")
    }
    writer.align()
    return writer.bytes
  }
}

/// The bits of entropy-coded data, without stuffing (T.81 F.1.2.3).
private struct ScanReader {
  private let data: ArraySlice<UInt8>
  private var next: Int
  private var byte: UInt8 = 0
  private var left = 0

  init(_ data: ArraySlice<UInt8>) {
    self.data = data
    next = data.startIndex
  }

  private mutating func bit() throws(CodecError) -> Int {
    if left == 0 {
      guard next < data.endIndex else { throw .corrupt(message: "Premature end of JPEG file") }
      byte = data[next]
      next += byte == 0xFF ? 2 : 1
      left = 8
    }
    left -= 1
    return Int(byte >> UInt8(left) & 1)
  }

  mutating func symbol(_ tree: HuffmanTree) throws(CodecError) -> UInt8 {
    var node = 0
    while true {
      let children = tree.nodes[node].children
      node = Int(try bit() == 1 ? children.one : children.zero)
      guard node != 0 else { throw .corrupt(message: "bad Huffman code") }
      if let symbol = tree.nodes[node].symbol { return symbol }
    }
  }

  /// A value of so many bits (T.81 F.2.2.1, EXTEND).
  mutating func value(of bits: Int) throws(CodecError) -> Int {
    var value = 0
    for _ in 0..<bits { value = try value << 1 | bit() }
    return bits > 0 && value >> (bits - 1) == 0 ? value - 1 << bits + 1 : value
  }

  mutating func passMarker() throws(CodecError) {
    guard next + 2 <= data.endIndex, data[next] == 0xFF else {
      throw .corrupt(message: "no restart marker where one is due")
    }
    next += 2
    left = 0
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
