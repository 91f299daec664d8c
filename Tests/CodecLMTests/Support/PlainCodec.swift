import CodecLM

/// A format whose files are `P` and then the canonical bytes; anything else is no such file.
struct PlainCodec: Codec {
  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    guard file.first == UInt8(ascii: "P") else { throw .wrongFormat(expected: "plain") }
    return Array(file.dropFirst())
  }

  func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
    [UInt8(ascii: "P")] + canonical
  }

  func makeGrammar() -> any ByteGrammar { AnyBytes() }

  func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage {
    PixelImage(width: 1, height: 1, channels: 1, samples: [0])
  }

  private struct AnyBytes: ByteGrammar {
    var allowedBytes: ByteSet { ByteSet() }
    var isComplete: Bool { true }
    mutating func advance(_ byte: UInt8) -> Bool { false }
  }
}
