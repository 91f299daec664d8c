import CodecLM
import Testing

@Suite struct ZlibTests {
  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0..<$0 + 2]), radix: 16)
    }
  }

  // Python's zlib.compressobj(level, wbits=-15) made them.
  @Test(arguments: [
    ("0300", ""),
    ("010500faff68656c6c6f", "hello"),
    ("cb48cdc9c9cf402500", "hellohellohellohello"),
    ("4b4c4ac4079200", "abaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
  ])
  func `streams give the text that was compressed`(stream: String, text: String) throws {
    #expect(try Zlib.inflate(bytes(stream), size: text.utf8.count) == Array(text.utf8))
  }

  @Test func `a stream with codes of its own gives the text that was compressed`() throws {
    let stream = bytes(
      """
      1d90c911043108c452e26837907f62ab9d97cb1c4210a94bd76bebaccd8cc8ca94d297e7aa57cfb5\
      d7a5762a828c56afee8de9f378ea6689e5459c219432f6329f93fe2c820d4db43ed866849934562e\
      d3af5d515fa62aae3a54c2e245947987ff12c7b3a96b60d85ca3dc1837bc9eca5ea9cf2724c45cf5\
      b3b4279734b8a3f7020586bec69f20abbd37bcd01dfb2f4db32489642f79f7265812de009fe79b01\
      7795cba9b6161a77e37abb2c891fa94f0220c1c81f
      """)
    let text = (0..<100).map { "\($0 * $0)" }.joined()
    #expect(stream[0] >> 1 & 3 == 2)
    #expect(try Zlib.inflate(stream, size: text.utf8.count) == Array(text.utf8))
  }

  @Test func `wrong streams are refused for their fault`() {
    #expect(throws: Zlib.Fault.endsEarly) { try Zlib.inflate([], size: 0) }
    #expect(throws: Zlib.Fault.malformed) { try Zlib.inflate([0x07], size: 0) }
    // A stored block whose length is not its complement's.
    #expect(throws: Zlib.Fault.malformed) {
      try Zlib.inflate(bytes("010500fbff68656c6c6f"), size: 5)
    }
    #expect(throws: Zlib.Fault.endsEarly) {
      try Zlib.inflate(bytes("010500faff68656c"), size: 5)
    }
    // A distance that reaches before the beginning.
    #expect(throws: Zlib.Fault.malformed) { try Zlib.inflate(bytes("030200"), size: 3) }
    for size in [4, 6] {
      #expect(throws: Zlib.Fault.wrongSize) {
        try Zlib.inflate(bytes("010500faff68656c6c6f"), size: size)
      }
    }
  }

  @Test func `no prefix of a stream is taken for the whole`() {
    let stream = bytes("cb48cdc9c9cf402500")
    for count in 0..<stream.count {
      #expect(throws: Zlib.Fault.endsEarly) { try Zlib.inflate(Array(stream[..<count]), size: 20) }
    }
  }

  @Test func `a stream that gives more than was said is stopped there`() throws {
    // A mebibyte of zeros, also made by Python: two bits for every 258 of them.
    let bomb =
      bytes("edc13101000000c2a0f54f6d085fa0") + [UInt8](repeating: 0, count: 1_016) + [0x3e, 0x03]
    #expect(try Zlib.inflate(bomb, size: 1 << 20) == [UInt8](repeating: 0, count: 1 << 20))
    for size in [0, 1, 1_000, (1 << 20) - 1] {
      #expect(throws: Zlib.Fault.wrongSize) { try Zlib.inflate(bomb, size: size) }
    }
    // No stream of eleven bytes gives so much: nothing is reserved for it.
    for size in [1 << 30, Int(UInt32.max), .max, -1] {
      #expect(throws: Zlib.Fault.wrongSize) { try Zlib.inflate(Array(bomb[..<11]), size: size) }
    }
  }

  @Test func `the check value is that of the standard's text`() {
    let digits = Array("123456789".utf8)
    #expect(Zlib.checksum(digits) == 0xCBF4_3926)
    #expect(CRC32C.value(of: digits) == 0xE306_9283)
  }
}
