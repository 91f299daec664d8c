package import CodecLM

/// Two rows of two pixels, a unit each: first the high halves in the order 3, 1, 0, 2, then the low ones
/// from the top left; a byte for each.
package struct CoarseToFine: UnitCoding {
  package init() {}

  private static let first = [3, 1, 0, 2]

  package func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    guard file.count == 4 else { throw .wrongFormat(expected: "pixels") }
    return Self.first.map { file[$0] >> 4 } + file.map { $0 & 15 }
  }

  package func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
    guard canonical.count == 8 else { throw .notCanonical(offset: 0, .other("not eight bytes")) }
    var file = Array(canonical[4...])
    for (unit, byte) in zip(Self.first, canonical) { file[unit] |= byte << 4 }
    return file
  }

  package func picture(ofFile file: [UInt8]) -> PixelImage {
    PixelImage(width: 2, height: 2, channels: 1, samples: file)
  }

  package let unitLayout = UnitLayout(columns: 2, rows: 2, unitWidth: 1, unitHeight: 1)

  package func unitRuns(of canonical: [UInt8]) -> [UnitRun] {
    (Self.first + Array(0..<4)).enumerated().map { UnitRun(unit: $1, end: 8 * ($0 + 1)) }
  }

  package func makeGrammar() -> any ByteGrammar { Halves() }

  private struct Halves: ByteGrammar {
    var left = 8
    var isComplete: Bool { left == 0 }
    var allowedBytes: ByteSet { ByteSet { left > 0 && $0 < 16 } }
    mutating func advance(_ byte: UInt8) -> Bool {
      defer { left -= 1 }
      return allowedBytes.contains(byte)
    }
    func completion(beginning prefix: BitPrefix) -> [UInt8] {
      (0..<left).map { $0 == 0 ? prefix.bits : 0 }
    }
  }
}

/// The profile of ``CoarseToFine``.
package struct CoarseToFineProfile: Profile {
  package static let name = "coarse-to-fine"

  package init() {}

  package var mediaKind: MediaKind { MediaKind("pixels", fileNoun: "file", endings: ["pixels"]) }

  package func makeCodec(maximumPixels: Int) -> any Codec { CoarseToFine() }
}
