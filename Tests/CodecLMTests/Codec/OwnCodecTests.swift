import CodecLM
import Foundation
import TestSupport
import Testing

/// Gray squares of four pixels a side, of which streams hold the four high bits.
private struct TileProfile: Profile {
  static let name = "tile"
  var mediaKind: MediaKind { MediaKind("tiles", fileNoun: "tile", endings: ["tile"]) }
  func makeCodec(maximumPixels: Int) -> any Codec { TileCodec() }
}

private struct TileCodec: Codec {
  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    guard file.count == 17, file[0] == UInt8(ascii: "T") else {
      throw .wrongFormat(expected: "tile")
    }
    return file.dropFirst().map { $0 & 0xF0 }
  }
  func file(from canonical: [UInt8]) -> [UInt8] { [UInt8(ascii: "T")] + canonical }
  func picture(ofFile file: [UInt8]) throws(CodecError) -> PixelImage {
    PixelImage(width: 4, height: 4, channels: 1, samples: try canonicalBytes(of: file))
  }
  func makeGrammar() -> any ByteGrammar { Sixteen() }

  struct Sixteen: ByteGrammar {
    var left = 16
    var isComplete: Bool { left == 0 }
    var allowedBytes: ByteSet { ByteSet { left > 0 && $0 & 15 == 0 } }
    mutating func advance(_ byte: UInt8) -> Bool {
      defer { left -= 1 }
      return allowedBytes.contains(byte)
    }
    func completion(beginning prefix: BitPrefix) -> [UInt8] {
      (0..<left).map { $0 == 0 ? prefix.bits & 0xF0 : 0 }
    }
  }
}

@Suite struct OwnCodecTests {
  private func tile(_ index: Int) -> [UInt8] {
    [UInt8(ascii: "T")] + (0..<16).map { UInt8(truncatingIfNeeded: 16 * (index % 7 + $0 / 4)) }
  }

  @Test func `a codec of twenty lines keeps the laws`() throws {
    try checkCodecLaws(TileCodec(), files: (0..<8).map(tile))
  }

  @Test func `a codec of one's own is trained, saved, opened and sampled like any other`() throws {
    ProfileRegistry.register(TileProfile.self)
    let folder = try TemporaryFolder()
    for index in 0..<40 { try folder.write(tile(index), to: "tiles/\(index).tile") }
    let profile = CodecProfile(TileProfile())
    let data = try TokenStore.build(
      from: MediaFolder(folder("tiles"), profile.mediaKind), profile, at: folder("tiles.tokens"))
    #expect(data.count == 40)
    let checkpoint = Checkpoint(try TestModels.model(context: 64), data.tokenizer, profile)
    var run = try TrainingRun(
      checkpoint, data, TinyRun.options(steps: 60, context: 64), in: folder("run"))
    try run.run { _ in }
    _ = consume run

    let opened = try Checkpoint(folder("run"))
    #expect(opened.codec == profile && opened.codec.base is TileProfile)
    let generator = try Generator(opened)
    let files = try generator.generate(count: 6, seed: 1).all()
    for file in files {
      #expect(file.name.hasSuffix(".tile"))
      #expect(try file.result.get().bytes == TileCodec().file(from: file.canonical))
      #expect(file.picture?.width == 4)
    }
    // The file itself is what a model's bits are compared with.
    #expect(try generator.codec.baselineBits(of: files[0].canonical) == 8 * 17)
  }

  @Test func `what a codec cannot do is refused, and what it need not has a default`() throws {
    let codec: any Codec = TileCodec()
    let stream = try codec.canonicalBytes(of: tile(1))
    #expect(codec.frameCount == 1 && codec.units == nil && codec.symbolStarts.isEmpty)
    #expect(try codec.frames(of: stream) == [codec.decode(stream)])
    #expect(try codec.container(of: stream) == nil)
    for refused: () throws -> Void in [
      { _ = try codec.mirroredBytes(of: tile(1)) }, { _ = try codec.unitEnds(of: stream) },
      { _ = try codec.prompt(stream, keeping: .units(1)) },
    ] {
      let error = #expect(throws: CodecError.self) { try refused() }
      guard case .unsupported = error else { throw error ?? CodecError.outOfMemory }
    }
    try withTemporaryFolder { folder in
      try TestImages.write(tile(1), to: folder, "a.tile")
      #expect(throws: CodecError.self) {
        try TokenStore.build(
          from: MediaFolder(folder, TileProfile().mediaKind), CodecProfile(TileProfile()),
          at: folder.appendingPathComponent("tokens"), mirrored: true)
      }
    }
  }

  @Test func `pixels are encoded through any codec that takes them`() throws {
    let codec: any Codec = try TestImages.profile(size: 16).makeCodec()
    let encoder = try #require(codec as? any PictureEncoding)
    let stream = try encoder.canonicalBytes(of: TestImages.picture(3, size: 40))
    try codec.check(stream)
    #expect(try codec.decode(stream).width == 16)
  }
}
