import CodecLM
import Testing

@Suite struct InflateTests {
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
    #expect(try Inflate.bytes(of: bytes(stream), size: text.utf8.count) == Array(text.utf8))
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
    #expect(try Inflate.bytes(of: stream, size: text.utf8.count) == Array(text.utf8))
  }

  @Test func `wrong streams are refused for their fault`() {
    #expect(throws: Inflate.Fault.endsEarly) { try Inflate.bytes(of: [], size: 0) }
    #expect(throws: Inflate.Fault.malformed) { try Inflate.bytes(of: [0x07], size: 0) }
    // A stored block whose length is not its complement's.
    #expect(throws: Inflate.Fault.malformed) {
      try Inflate.bytes(of: bytes("010500fbff68656c6c6f"), size: 5)
    }
    #expect(throws: Inflate.Fault.endsEarly) {
      try Inflate.bytes(of: bytes("010500faff68656c"), size: 5)
    }
    // A distance that reaches before the beginning.
    #expect(throws: Inflate.Fault.malformed) { try Inflate.bytes(of: bytes("030200"), size: 3) }
    for size in [4, 6] {
      #expect(throws: Inflate.Fault.wrongSize) {
        try Inflate.bytes(of: bytes("010500faff68656c6c6f"), size: size)
      }
    }
  }

  @Test func `the check value is that of the standard's text`() {
    let digits = Array("123456789".utf8)
    #expect(CRC32.zip.value(of: digits) == 0xCBF4_3926)
    #expect(CRC32.castagnoli.value(of: digits) == 0xE306_9283)
  }
}
