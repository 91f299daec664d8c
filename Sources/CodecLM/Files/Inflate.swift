/// Decompression of the DEFLATE format (RFC 1951), as in zip archives.
package enum Inflate {
  /// Why compressed bytes cannot be read.
  package enum Fault: Error, Equatable, CustomStringConvertible {
    /// They end within a block.
    case endsEarly
    /// They are no DEFLATE stream.
    case malformed
    /// They give more or fewer bytes than was said.
    case wrongSize

    package var description: String {
      switch self {
      case .endsEarly: "it ends early"
      case .malformed: "it is no DEFLATE stream"
      case .wrongSize: "it has another size than was said"
      }
    }
  }

  /// The bytes that were compressed, `size` of them.
  ///
  /// - Throws: ``Fault``.
  /// - Complexity: O(`size`); memory is reserved as bytes arrive, so that a wrong `size` costs none.
  package static func bytes(of compressed: [UInt8], size: Int) throws(Fault) -> [UInt8] {
    var reader = BitReader(compressed)
    var output: [UInt8] = []
    output.reserveCapacity(min(size, 64 * compressed.count))
    var isLast = false
    while !isLast {
      isLast = try reader.bits(1) == 1
      switch try reader.bits(2) {
      case 0: try copyStored(&reader, &output, limit: size)
      case 1: try copyCompressed(&reader, &output, fixedLengths, fixedDistances, limit: size)
      case 2:
        let (lengths, distances) = try readCodes(&reader)
        try copyCompressed(&reader, &output, lengths, distances, limit: size)
      default: throw .malformed
      }
    }
    guard output.count == size else { throw .wrongSize }
    return output
  }

  /// 3.2.4: a block without compression.
  private static func copyStored(
    _ reader: inout BitReader, _ output: inout [UInt8], limit: Int
  ) throws(Fault) {
    reader.alignToByte()
    let (count, complement) = (try reader.bits(16), try reader.bits(16))
    guard count ^ 0xFFFF == complement else { throw .malformed }
    guard output.count + count <= limit else { throw .wrongSize }
    for _ in 0..<count { output.append(UInt8(try reader.bits(8))) }
  }

  /// 3.2.3: literals, and lengths with distances back.
  private static func copyCompressed(
    _ reader: inout BitReader, _ output: inout [UInt8], _ lengths: PrefixCode,
    _ distances: PrefixCode, limit: Int
  ) throws(Fault) {
    while true {
      let symbol = try lengths.next(&reader)
      if symbol == 256 { return }
      if symbol < 256 {
        guard output.count < limit else { throw .wrongSize }
        output.append(UInt8(symbol))
        continue
      }
      guard symbol - 257 < lengthBase.count else { throw .malformed }
      let length = lengthBase[symbol - 257] + (try reader.bits(lengthExtra[symbol - 257]))
      let code = try distances.next(&reader)
      guard code < distanceBase.count else { throw .malformed }
      let distance = distanceBase[code] + (try reader.bits(code < 2 ? 0 : code / 2 - 1))
      guard distance <= output.count else { throw .malformed }
      guard output.count + length <= limit else { throw .wrongSize }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// 3.2.7: codes that stand before their block, run-length coded and themselves prefix coded.
  private static func readCodes(
    _ reader: inout BitReader
  ) throws(Fault) -> (PrefixCode, PrefixCode) {
    let lengthCount = try reader.bits(5) + 257
    let distanceCount = try reader.bits(5) + 1
    let metaCount = try reader.bits(4) + 4
    var meta = [Int](repeating: 0, count: 19)
    for symbol in metaOrder.prefix(metaCount) { meta[symbol] = try reader.bits(3) }
    let metaCode = try PrefixCode(meta)
    var sizes: [Int] = []
    while sizes.count < lengthCount + distanceCount {
      let symbol = try metaCode.next(&reader)
      switch symbol {
      case 0..<16: sizes.append(symbol)
      case 16:
        guard let last = sizes.last else { throw .malformed }
        sizes += [Int](repeating: last, count: 3 + (try reader.bits(2)))
      case 17: sizes += [Int](repeating: 0, count: 3 + (try reader.bits(3)))
      default: sizes += [Int](repeating: 0, count: 11 + (try reader.bits(7)))
      }
    }
    guard sizes.count == lengthCount + distanceCount else { throw .malformed }
    return (
      try PrefixCode(Array(sizes[..<lengthCount])), try PrefixCode(Array(sizes[lengthCount...]))
    )
  }

  private static let metaOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  /// 3.2.5: the shortest length of codes 257 … 285, and how many bits are added to it.
  private static let lengthBase = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthExtra = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  /// 3.2.5: the shortest distance of codes 0 … 29; from the third on a pair doubles the one before.
  private static let distanceBase =
    [1, 2] + (2..<30).map { code in 1 + (2 + code % 2) << (code / 2 - 1) }
  /// 3.2.6.
  private static let fixedLengths = PrefixCode(
    complete: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
      + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8))
  private static let fixedDistances = PrefixCode(complete: [Int](repeating: 5, count: 32))
}

/// Bits of bytes, the least significant first.
private struct BitReader {
  private let source: [UInt8]
  private var next = 0
  private var held: UInt64 = 0
  private var count = 0

  init(_ source: [UInt8]) { self.source = source }

  /// Makes sure of at least 48 bits, or all that are left.
  private mutating func refill() {
    while count <= 48, next < source.count {
      held |= UInt64(source[next]) << UInt64(count)
      next += 1
      count += 8
    }
  }

  /// The next bits as a number; at most 16.
  mutating func bits(_ wanted: Int) throws(Inflate.Fault) -> Int {
    let value = peek(wanted)
    try skip(wanted)
    return value
  }

  /// The next bits, with zeros after the end.
  mutating func peek(_ wanted: Int) -> Int {
    if count < wanted { refill() }
    return Int(held & (1 << UInt64(wanted) - 1))
  }

  mutating func skip(_ wanted: Int) throws(Inflate.Fault) {
    guard count >= wanted else { throw .endsEarly }
    held >>= UInt64(wanted)
    count -= wanted
  }

  mutating func alignToByte() {
    held >>= UInt64(count % 8)
    count -= count % 8
  }
}

/// A prefix code given by the lengths of its words (3.2.2), read through a table.
private struct PrefixCode {
  /// For each possible sequence of the next `width` bits: symbol × 16 + length, 0 for none.
  private var table: [UInt16]
  private let width: Int

  /// - Throws: ``Inflate/Fault/malformed`` when the lengths are those of no code; an incomplete code
  ///   of at most one word is one, as 3.2.7 allows.
  init(_ lengths: [Int]) throws(Inflate.Fault) {
    let words = lengths.count { $0 > 0 }
    let share = lengths.reduce(0) { $1 > 0 ? $0 + 1 << (15 - $1) : $0 }
    guard share == 1 << 15 || (words <= 1 && share <= 1 << 15) else { throw .malformed }
    self.init(complete: lengths)
  }

  init(complete lengths: [Int]) {
    width = lengths.max() ?? 0
    table = [UInt16](repeating: 0, count: 1 << width)
    var code = 0
    for length in 1...max(width, 1) {
      for (symbol, own) in lengths.enumerated() where own == length {
        // Words begin at their most significant bit, bytes at their least.
        let reversed = (0..<length).reduce(0) { $0 << 1 | code >> $1 & 1 }
        for place in stride(from: reversed, to: table.count, by: 1 << length) {
          table[place] = UInt16(symbol << 4 | length)
        }
        code += 1
      }
      code <<= 1
    }
  }

  func next(_ reader: inout BitReader) throws(Inflate.Fault) -> Int {
    let entry = Int(table[reader.peek(width)])
    guard entry != 0 else { throw .malformed }
    try reader.skip(entry & 15)
    return entry >> 4
  }
}
