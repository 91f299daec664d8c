package import CodecLM
import Synchronization

/// A format whose files are `P` and then the canonical bytes; anything else is no such file.
package struct PlainCodec: Codec {
  /// Counts the files that were read.
  package final class Reads: Sendable {
    private let number = Atomic<Int>(0)
    package init() {}
    package var count: Int { number.load(ordering: .relaxed) }
    fileprivate func add() { number.add(1, ordering: .relaxed) }
  }

  private let reads: Reads?

  package init(counting reads: Reads? = nil) { self.reads = reads }

  package func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    reads?.add()
    guard file.first == UInt8(ascii: "P") else { throw .wrongFormat(expected: "plain") }
    return Array(file.dropFirst())
  }

  package func mirroredBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    try canonicalBytes(of: file).reversed()
  }

  package func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
    [UInt8(ascii: "P")] + canonical
  }

  package let unitCount = 1
  package let unitsPerRow = 1

  package func unitEnds(of canonical: [UInt8]) throws(CodecError) -> [Int] { [8 * canonical.count] }

  package func baselineBits(of canonical: [UInt8]) throws(CodecError) -> Int { 8 * canonical.count }

  package func makeGrammar() -> any ByteGrammar { AnyBytes() }

  package func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage {
    PixelImage(width: 1, height: 1, channels: 1, samples: [0])
  }

  private struct AnyBytes: ByteGrammar {
    var allowedBytes: ByteSet { ByteSet() }
    var forcedByte: UInt8? { nil }
    var isComplete: Bool { true }
    mutating func advance(_ byte: UInt8) -> Bool { false }
    func completion(beginning prefix: BitPrefix) -> [UInt8] { [] }
  }
}
