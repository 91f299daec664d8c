/// Reads the syntax elements of a NAL unit's header sets.
struct AVCBitReader {
  private let bytes: [UInt8]
  private var place = 0

  /// Begins behind the NAL unit's header, without emulation prevention bytes (7.3.1).
  init(nalUnit: [UInt8]) {
    var zeros = 0
    bytes = nalUnit.dropFirst().filter { byte in
      let isKept = !(zeros >= 2 && byte == 3)
      zeros = byte == 0 ? zeros + 1 : 0
      return isKept
    }
  }

  /// u(n), n ≤ 32.
  mutating func bits(_ count: Int) throws(CodecError) -> Int {
    guard place + count <= 8 * bytes.count else { throw .corrupt(.parameterSet(.end)) }
    var value = 0
    for _ in 0..<count {
      value = value << 1 | Int(bytes[place / 8] >> UInt8(7 - place % 8) & 1)
      place += 1
    }
    return value
  }

  /// ue(v) (9.1).
  mutating func exponential() throws(CodecError) -> Int {
    var zeros = 0
    while try bits(1) == 0 {
      zeros += 1
      guard zeros < 32 else { throw .corrupt(.parameterSet(.number)) }
    }
    return try 1 << zeros - 1 + bits(zeros)
  }

  /// se(v) (9.1.1).
  mutating func signed() throws(CodecError) -> Int {
    let codeNum = try exponential()
    return codeNum & 1 == 1 ? codeNum / 2 + 1 : -codeNum / 2
  }

  /// Throws ``CodecError/unsupported(_:)`` if a condition does not hold.
  func require(_ part: String, _ condition: Bool) throws(CodecError) {
    if !condition { throw .unsupported("H.264 with \(part)") }
  }

  /// rbsp_trailing_bits, and nothing behind them (7.3.2.11).
  mutating func requireEnd() throws(CodecError) {
    let stop = try bits(1)
    let alignment = try bits((8 - place % 8) % 8)
    guard stop == 1, alignment == 0, place == 8 * bytes.count else {
      throw .corrupt(.parameterSet(.rest))
    }
  }
}
