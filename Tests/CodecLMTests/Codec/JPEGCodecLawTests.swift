import CodecLM
import Testing

@Suite struct JPEGCodecLawTests {
  @Test(arguments: JPEGProfile.Subsampling.allCases, JPEGProfile.Stream.allCases)
  func `a stream made into a file gives the same stream`(
    _ subsampling: JPEGProfile.Subsampling, _ stream: JPEGProfile.Stream
  ) throws {
    for size in [1, 8, 17, 33] {
      for restart in [0, 1, 2, 7] {
        let profile = CodecFixtures.profile(size, subsampling, restart: restart, stream)
        let codec = try JPEGCodec(profile)
        let canonical = try codec.canonicalBytes(
          of: CodecFixtures.pattern(size, size, channels: 3))
        let file = try codec.file(from: canonical)
        #expect(try codec.canonicalBytes(of: file) == canonical)
        let picture = try codec.decode(canonical)
        let content = try codec.content(of: canonical)
        #expect(content.file == file && content.frames == [picture] && content.container == nil)
        #expect(picture == (try PixelImage(jpegFile: file)))
        #expect((picture.width, picture.height) == (size, size))
        #expect(picture.channels == profile.components.count)
      }
    }
  }

  @Test func `the three kinds of stream hold the same data and give the same file`() throws {
    let picture = CodecFixtures.pattern(33, 17, channels: 3)
    var files: Set<[UInt8]> = []
    var streams: [JPEGProfile.Stream: [UInt8]] = [:]
    for stream in JPEGProfile.Stream.allCases {
      let profile = JPEGProfile(width: 33, height: 17, restartInterval: 2, stream: stream)
      let codec = try JPEGCodec(profile)
      streams[stream] = try codec.canonicalBytes(of: picture)
      files.insert(try codec.file(from: try #require(streams[stream])))
    }
    #expect(files == [try #require(streams[.full])])
    let scan = try #require(streams[.scan])
    let abbreviated = try #require(streams[.abbreviated])
    // SOI 2, APP0 18, SOF0 19, DRI 6, SOS 14 before the data; EOI after it.
    #expect(Array(abbreviated[59...].dropLast(2)) == scan)
  }

  @Test func `an abbreviated stream of the profile is accepted as a file`() throws {
    var profile = JPEGProfile(size: 32, stream: .abbreviated)
    let abbreviated = try JPEGCodec(profile).canonicalBytes(
      of: CodecFixtures.pattern(32, 32, channels: 3))
    for stream in JPEGProfile.Stream.allCases {
      profile.stream = stream
      let codec = try JPEGCodec(profile)
      let canonical = try codec.canonicalBytes(of: abbreviated)
      #expect(canonical == (try codec.canonicalBytes(of: codec.file(from: canonical))))
      if stream == .abbreviated { #expect(canonical == abbreviated) }
    }
  }

  @Test(arguments: JPEGProfile.Subsampling.allCases, JPEGProfile.Stream.allCases)
  func `a mirrored stream is that of the mirrored picture`(
    _ subsampling: JPEGProfile.Subsampling, _ stream: JPEGProfile.Stream
  ) throws {
    for size in [16, 21] {
      let codec = try JPEGCodec(
        JPEGProfile(size: size, quality: 90, subsampling: subsampling, stream: stream))
      let picture = CodecFixtures.pattern(size, size, channels: 3)
      let file = try picture.jpegFile(quality: 100)
      let decoded = try codec.image(of: file)
      let mirrored = try codec.mirroredBytes(of: file)
      #expect(try mirrored == codec.canonicalBytes(of: decoded.upright(from: .topRight)))
      #expect(try mirrored != codec.canonicalBytes(of: file))
      try codec.check(mirrored)
    }
  }

  @Test func `a file in canonical form keeps its coefficients`() throws {
    // Decoding and encoding again would move some: see the last expectation.
    let codec = try JPEGCodec(JPEGProfile(size: 64, restartInterval: 1, stream: .scan))
    let canonical = try codec.canonicalBytes(of: CodecFixtures.pattern(64, 64, channels: 3))
    var stream = canonical
    for _ in 0..<2 { stream = try codec.canonicalBytes(of: codec.file(from: stream)) }
    #expect(stream == canonical)
    let recoded = try codec.canonicalBytes(of: codec.decode(canonical))
    #expect(recoded != canonical)
  }

  @Test func `another restart interval changes no coefficient`() throws {
    let picture = CodecFixtures.pattern(64, 64, channels: 3)
    let plain = try JPEGCodec(JPEGProfile(size: 64, stream: .scan))
    let marked = try JPEGCodec(JPEGProfile(size: 64, restartInterval: 1, stream: .scan))
    let file = try plain.file(from: plain.canonicalBytes(of: picture))
    #expect(try marked.canonicalBytes(of: file) == marked.canonicalBytes(of: picture))
  }
}
