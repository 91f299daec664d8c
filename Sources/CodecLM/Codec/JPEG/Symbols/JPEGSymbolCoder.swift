/// Takes a scan's symbols out of its Huffman codes, and puts them back.
struct JPEGSymbolCoder: Sendable {
  /// The grammar of the symbols.
  let rules: JPEGSymbolGrammar.Rules
  private var scan: JPEGGrammar.Rules { rules.scan }

  /// A coder for the scans that these rules describe.
  init(_ scan: JPEGGrammar.Rules) { rules = JPEGSymbolGrammar.Rules(scan) }

  /// The symbols of entropy-coded data.
  ///
  /// - Throws: ``CodecError/corrupt(message:)`` where the data are no scan of the profile.
  /// - Complexity: O(bits).
  func symbols(of data: ArraySlice<UInt8>) throws(CodecError) -> [UInt8] {
    var reader = ScanReader(data)
    var symbols: [UInt8] = []
    symbols.reserveCapacity(2 * data.count)
    for mcu in 0..<scan.mcus {
      if scan.restartInterval > 0, mcu > 0, mcu.isMultiple(of: scan.restartInterval) {
        try reader.passMarker()
      }
      for (dc, ac) in zip(scan.dc, scan.ac) {
        let category = try reader.symbol(dc)
        symbols.append(JPEGSymbol.dc(category).byte)
        try reader.takeValue(of: Int(category), into: &symbols)
        var index = 1
        while index < 64 {
          let symbol = try reader.symbol(ac)
          symbols.append(symbol)
          if symbol == 0x00 { break }
          index += symbol == 0xF0 ? 16 : Int(symbol >> 4) + 1
          if symbol != 0xF0 { try reader.takeValue(of: Int(symbol & 15), into: &symbols) }
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
    for (offset, byte) in symbols.enumerated() {
      let before = state
      guard rules.advance(&state, byte), let symbol = JPEGSymbol(byte) else {
        throw .notCanonical(offset: offset, reason: "a symbol that may not stand here")
      }
      switch symbol {
      case .dc(let category): writer.append(scan.dc[before.block].codes[Int(category)])
      case .ac(let symbol): writer.append(scan.ac[before.block].codes[Int(symbol)])
      case .value(let value, let bits):
        writer.append(HuffmanTree.Code(bits: UInt16(value), length: bits))
      }
      if state.mcu > before.mcu, state.mcu < scan.mcus, scan.restartInterval > 0,
        state.mcu.isMultiple(of: scan.restartInterval)
      {
        writer.appendMarker(state.mcu / scan.restartInterval - 1)
      }
    }
    guard state.mcu == scan.mcus else {
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

  mutating func takeValue(of bits: Int, into symbols: inout [UInt8]) throws(CodecError) {
    var left = bits
    while left > 0 {
      let count = min(left, JPEGSymbol.valueBits)
      var value = 0
      for _ in 0..<count { value = try value << 1 | bit() }
      symbols.append(JPEGSymbol.value(UInt8(value), bits: count).byte)
      left -= count
    }
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

  /// Fills up the byte with ones.
  mutating func align() {
    if count > 0 { append(HuffmanTree.Code(bits: 0xFF >> UInt16(count), length: 8 - count)) }
  }

  mutating func appendMarker(_ number: Int) {
    align()
    bytes += [0xFF, 0xD0 + UInt8(number % 8)]
  }
}
