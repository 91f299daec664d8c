/// The bits of entropy-coded data, without what is between them (ITU-T T.81 F.2.2.5, B.1.1.5).
struct EntropyReader {
  let file: [UInt8]
  /// The byte that the next bit is in.
  private(set) var offset: Int
  /// How many of its bits were read.
  private var used = 0
  /// How many 0x00 were passed over behind 0xFF.
  private(set) var stuffedBytes = 0
  /// Bits that filled up the last byte before a marker, and how many of these are not ones.
  private(set) var padding = (bits: 0, zeros: 0)
  private(set) var restartMarkers = 0
  /// 0xFF before the 0xFF of a restart marker.
  private(set) var fillBytes = 0

  init(_ file: [UInt8], at offset: Int) {
    self.file = file
    self.offset = offset
  }

  /// Where the next bit is, in bits from the beginning of the file.
  var bitOffset: Int { 8 * offset + used }

  /// Where the last bit that was read ends, counted likewise.
  private(set) var bitEnd = 0

  /// The next bit.
  ///
  /// - Throws: `JPEGFault` at a marker and at the end of the file.
  mutating func bit() throws(JPEGFault) -> Int {
    if used == 0 { try checkByte() }
    let bit = Int(file[offset] >> UInt8(7 - used)) & 1
    used += 1
    bitEnd = 8 * offset + used
    if used == 8 { passByte() }
    return bit
  }

  /// A number of as many bits.
  mutating func bits(_ count: Int) throws(JPEGFault) -> Int {
    var number = 0
    for _ in 0..<count { number = number << 1 | (try bit()) }
    return number
  }

  /// Passes over the rest of a byte that was begun.
  mutating func align() {
    guard used > 0 else { return }
    let left = 8 - used
    padding.bits += left
    padding.zeros += left - (file[offset] & UInt8(1 << left - 1)).nonzeroBitCount
    passByte()
  }

  /// Passes over RSTn.
  ///
  /// - Throws: `JPEGFault` where anything else stands.
  mutating func restart(_ number: Int) throws(JPEGFault) {
    align()
    while offset + 1 < file.count, file[offset] == 0xFF, file[offset + 1] == 0xFF {
      offset += 1
      fillBytes += 1
    }
    guard offset + 1 < file.count, file[offset] == 0xFF, file[offset + 1] == 0xD0 + UInt8(number)
    else { throw JPEGFault(offset, "RST\(number) is due") }
    offset += 2
    restartMarkers += 1
  }

  private func checkByte() throws(JPEGFault) {
    guard offset < file.count else {
      throw JPEGFault(offset, "the file ends inside the entropy-coded data")
    }
    guard file[offset] == 0xFF else { return }
    guard offset + 1 < file.count else {
      throw JPEGFault(offset, "the file ends inside the entropy-coded data")
    }
    guard file[offset + 1] == 0 else {
      throw JPEGFault(
        offset, "\(JPEGMarker(file[offset + 1]).name) inside the entropy-coded data of an MCU")
    }
  }

  private mutating func passByte() {
    let isStuffed = file[offset] == 0xFF && offset + 1 < file.count && file[offset + 1] == 0
    if isStuffed { stuffedBytes += 1 }
    offset += isStuffed ? 2 : 1
    used = 0
  }
}

/// A Huffman table made ready for decoding (T.81 F.2.2.3).
struct HuffmanDecoder {
  private let symbols: [UInt8]
  /// For each length from 1: the first code, how many codes there are, the index of its symbol.
  private let lengths: [(first: Int, count: Int, index: Int)]

  init(_ table: JPEGHuffmanTable) {
    symbols = table.symbols
    var (code, index) = (0, 0)
    lengths = table.counts.map { count in
      defer {
        code = (code + count) << 1
        index += count
      }
      return (code, count, index)
    }
  }

  /// The next symbol, its code and the code's length.
  ///
  /// - Throws: `JPEGFault`, also at 16 bits that are no code.
  func decode(
    _ reader: inout EntropyReader
  ) throws(JPEGFault) -> (symbol: UInt8, code: Int, length: Int) {
    var code = 0
    let start = reader.offset
    for (shorter, length) in lengths.enumerated() {
      code = code << 1 | (try reader.bit())
      if code - length.first < length.count {
        return (symbols[length.index + code - length.first], code, shorter + 1)
      }
    }
    throw JPEGFault(start, "a Huffman code that is not in the table")
  }
}
