#if AVC
  import CodecLM
  import Foundation
  import Testing

  @Suite struct AVCInputTests {
    private let codec: AVCCodec

    init() throws { codec = try AVCCodec(AVCClips.profile()) }

    @Test func `a clip that is too short is an error that says by how much`() throws {
      let file = try AVCClips.bytes("one-second.mp4")
      #expect(throws: CodecError.tooShort(frames: 3, needed: 6, perSecond: 3)) {
        try codec.canonicalBytes(of: file)
      }
    }

    @Test func `what is no video is refused`() throws {
      #expect(throws: CodecError.wrongFormat(expected: "video")) {
        try codec.canonicalBytes(of: Array("no video, but some text, long enough".utf8))
      }
      #expect(throws: CodecError.self) { try codec.canonicalBytes(of: [UInt8]()) }
      let sound = try AVCClips.bytes("sound.mp4")
      #expect(throws: CodecError.unsupported("a file without video")) {
        try codec.canonicalBytes(of: sound)
      }
    }

    @Test func `a playlist opens no other file`() throws {
      let path = try AVCClips.url("b-frames.mp4").path
      for text in [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n\(path)\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile \(path)\n",
      ] {
        #expect(throws: CodecError.self) { try codec.canonicalBytes(of: Array(text.utf8)) }
      }
    }

    @Test func `frames of more pixels than the limit are refused before decoding`() throws {
      let codec = try AVCCodec(AVCClips.profile(), maximumPixels: 72 * 40 - 1)
      let file = try AVCClips.bytes("b-frames.mp4")
      #expect(throws: CodecError.tooLarge(width: 72, height: 40, maximumPixels: 72 * 40 - 1)) {
        try codec.canonicalBytes(of: file)
      }
    }

    @Test(arguments: AVCClips.names)
    func `damaged files give an error or a stream of the profile`(name: String) throws {
      let file = try AVCClips.bytes(name)
      var random = RandomStream(seed: 1, stream: UInt64(name.utf8.count))
      for _ in 0..<40 {
        var damaged = file
        for _ in 0..<Int.random(in: 1...20, using: &random) {
          damaged[Int.random(in: 0..<file.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        if Bool.random(using: &random) {
          damaged.removeLast(Int.random(in: 0..<file.count, using: &random))
        }
        guard let canonical = try? codec.canonicalBytes(of: damaged) else { continue }
        #expect(throws: Never.self) { try codec.decode(canonical) }
      }
    }

    @Test func `streams that are not the profile's do not decode`() throws {
      let canonical = try codec.canonicalBytes(of: AVCClips.bytes("b-frames.mp4"))
      #expect(throws: CodecError.self) { try codec.decode([]) }
      #expect(throws: CodecError.self) { try codec.decode(canonical.dropLast(10) + []) }
      #expect(throws: CodecError.self) { try codec.decode(canonical + canonical) }
      #expect(throws: CodecError.self) { try codec.file(from: Array(canonical.dropFirst(4))) }
      var profile = AVCClips.profile()
      profile.frames = 5
      let shorter = try AVCCodec(profile)
      #expect(throws: CodecError.self) { try shorter.decode(canonical) }
      // A slice that is missing is concealed by decoders, which must not pass for valid.
      let ends = try codec.unitEnds(of: canonical)
      let gap = ends[7] / 8 + 1..<ends[8] / 8 + 1
      #expect(throws: CodecError.self) {
        try codec.decode(Array(canonical[..<gap.lowerBound] + canonical[gap.upperBound...]))
      }
    }
  }
#endif
