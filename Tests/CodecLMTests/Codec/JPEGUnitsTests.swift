import CodecLM
import Testing

@Suite struct JPEGUnitsTests {
  private static let profiles: [JPEGProfile] = JPEGProfile.Subsampling.allCases.flatMap {
    subsampling in
    [(0, JPEGProfile.Stream.scan), (1, .abbreviated), (3, .full)].map {
      JPEGProfile(
        width: 41, height: 33, quality: 60, subsampling: subsampling, restartInterval: $0.0,
        stream: $0.1)
    }
  }

  /// Gray, flat squares of 8 × 8 pixels: one code of DC and EOB each.
  private func squares(_ values: [UInt8]) -> PixelImage {
    let row = values.flatMap { [UInt8](repeating: $0, count: 8) }
    return PixelImage(
      width: 8 * values.count, height: 8, channels: 1, samples: (0..<8).flatMap { _ in row })
  }

  @Test func `a unit ends behind its last bit`() throws {
    let profile = JPEGProfile(
      width: 32, height: 8, quality: 50, subsampling: .grayscale, stream: .scan)
    // DC 0: 00 and EOB 1010. Brighter by 10 of 255 is 80 / 16 = 5: category 3, 100 and 101.
    let codec = try JPEGCodec(profile)
    let stream = try codec.canonicalBytes(of: squares([128, 138, 138, 128]))
    #expect(try codec.unitEnds(of: stream) == [6, 16, 22, 32])
    var marked = profile
    (marked.restartInterval, marked.stream) = (1, .abbreviated)
    let markedCodec = try JPEGCodec(marked)
    let markedStream = try markedCodec.canonicalBytes(of: squares([128, 138, 138, 128]))
    // SOI 2, APP0 18, SOF0 13, DRI 6, SOS 10; then one, two, two and one byte, markers between.
    #expect(try markedCodec.unitEnds(of: markedStream) == [6, 34, 66, 94].map { 8 * 49 + $0 })
    #expect((codec.unitCount, codec.unitsPerRow) == (4, 4))
  }

  @Test(arguments: profiles)
  func `units end in order and the last one in the last byte of data`(profile: JPEGProfile) throws {
    let codec = try JPEGCodec(profile)
    let stream = try codec.canonicalBytes(of: CodecFixtures.pattern(41, 33, channels: 3))
    let ends = try codec.unitEnds(of: stream)
    #expect(ends.count == codec.unitCount)
    #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 })
    let dataEnd = stream.count - (profile.stream == .scan ? 0 : 2)
    let last = try #require(ends.last)
    #expect(last <= 8 * dataEnd)
    // A last byte 0xFF has a stuffed 0x00 behind it.
    #expect(last > 8 * (dataEnd - (stream[dataEnd - 1] == 0 ? 2 : 1)))
  }

  @Test func `what is no stream has no units`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 16, stream: .scan))
    let stream = try codec.canonicalBytes(of: CodecFixtures.pattern(16, 16, channels: 3))
    #expect(
      throws: CodecError.notCanonical(
        offset: stream.count, .byte)
    ) { try codec.unitEnds(of: stream + [0]) }
    #expect(
      throws: CodecError.notCanonical(
        offset: stream.count - 1, .end)
    ) { try codec.unitEnds(of: stream.dropLast()) }
  }

  @Test(arguments: profiles)
  func `baseline bits are those of the same picture without restart markers`(profile: JPEGProfile)
    throws
  {
    let picture = CodecFixtures.pattern(41, 33, channels: 3)
    let codec = try JPEGCodec(profile)
    var plain = profile
    (plain.restartInterval, plain.stream) = (0, .scan)
    let expected = try JPEGCodec(plain).canonicalBytes(of: picture).count
    #expect(try codec.baselineBits(of: codec.canonicalBytes(of: picture)) == 8 * expected)
    #expect(throws: CodecError.self) { try codec.baselineBits(of: [1, 2, 3]) }
  }

  @Test(arguments: profiles)
  func `any part of a stream is completed into a picture`(profile: JPEGProfile) throws {
    let codec = try JPEGCodec(profile)
    let stream = try codec.canonicalBytes(of: CodecFixtures.pattern(41, 33, channels: 3))
    var grammar = codec.makeGrammar()
    for length in 0...stream.count {
      defer { if length < stream.count { _ = grammar.advance(stream[length]) } }
      let allowed = grammar.allowedBytes
      #expect(grammar.forcedByte == (allowed.count == 1 ? allowed.first : nil))
      guard length.isMultiple(of: 11) || length > stream.count - 4 else { continue }
      let completion = grammar.completion()
      var rest = grammar
      let isAllowed = rest.advance(completion)
      try #require(isAllowed)
      try #require(rest.isComplete)
      #expect(throws: Never.self) { try codec.decode(stream[..<length] + completion) }
    }
    #expect(grammar.completion().isEmpty)
  }

  @Test func `a completion is DC differences of zero, EOB and ones`() throws {
    let codec = try JPEGCodec(
      JPEGProfile(width: 16, height: 8, subsampling: .grayscale, stream: .scan))
    // 00 1010 twice and four ones.
    #expect(codec.makeGrammar().completion() == [0b0010_1000, 0b1010_1111])
    // Category 6 is 1110 and the first four bits of a value; the smallest of its sign has two more
    // like this. Then as above.
    for (begun, rest) in [(0b1110_1100, 0b0010_1000), (0b1110_0100, 0b1110_1000)]
      as [(UInt8, UInt8)]
    {
      var grammar = codec.makeGrammar()
      let isAllowed = grammar.advance(begun)
      try #require(isAllowed)
      #expect(grammar.completion() == [rest, 0b1010_1111])
    }
  }
}
