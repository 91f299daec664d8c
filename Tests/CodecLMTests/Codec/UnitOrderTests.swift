import CodecLM
import TestSupport
import Testing

@Suite struct UnitOrderTests {
  private let codec = CoarseToFine()
  private let pixels: [UInt8] = [0x12, 0x34, 0x56, 0x78]

  @Test func `an order of one's own keeps the laws`() throws {
    try checkCodecLaws(codec, files: [pixels, [0, 255, 16, 15]])
  }

  @Test func `a unit is decided by its last piece`() throws {
    let stream = try codec.canonicalBytes(of: pixels)
    #expect(stream == [7, 3, 1, 5, 2, 4, 6, 8])
    #expect(try codec.unitEnds(of: stream) == [40, 48, 56, 64])
  }

  @Test func `a prompt is the shortest beginning that decides what is kept`() throws {
    let stream = try codec.canonicalBytes(of: pixels)
    func length(_ extent: Prompt.Extent) throws -> Int {
      try codec.prompt(stream, keeping: extent).bytes.count
    }
    #expect(try length(.units(0)) == 0)
    #expect(try length(.units(1)) == 5)
    #expect(try length(.share(0.5)) == 6)
    #expect(try length(.rows(1)) == 6)
    #expect(try length(.units(4)) == 8)
    let completed = codec.completed(try codec.prompt(stream, keeping: .rows(1)))
    // The other row shows its coarse half.
    #expect(try codec.decode(completed).samples == [0x12, 0x34, 0x50, 0x70])
  }
}
