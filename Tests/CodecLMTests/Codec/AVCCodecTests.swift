import TestSupport

#if AVC
  import CodecLM
  import Foundation
  import Testing

  /// Videos of `Scripts/fixtures/make-avc-clips`, and the form into which the tests bring them.
  enum AVCClips {
    static let names = [
      "b-frames.mp4", "bare.h264", "late-video.mkv", "oblong-pixels.avi", "tall-vp8.webm",
      "turned.mp4", "uneven-hevc.mkv",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
      try Fixtures.bytes("AVC/clips/\(name)")
    }

    static func url(_ name: String) throws -> URL {
      try Fixtures.url("AVC/clips/\(name)")
    }

    static func profile(_ stream: AVCProfile.Stream = .slices) -> AVCProfile {
      AVCProfile(width: 48, height: 32, framesPerSecond: 3, frames: 6, qp: 32, stream: stream)
    }

    /// The ffmpeg program, if it is installed.
    static let ffmpeg = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"]
      .first(where: FileManager.default.isExecutableFile)
  }

  extension PixelImage {
    /// Mean of the absolute differences of the samples of two pictures of one size.
    fileprivate func meanDifference(from other: PixelImage) -> Int {
      zip(samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / samples.count
    }
  }

  @Suite struct AVCCodecTests {
    /// What the paper's command makes of a clip, in the tests' form.
    private func write(_ clip: URL, to output: URL) throws {
      let filters =
        "fps=3,scale=48:32:force_original_aspect_ratio=decrease,pad=48:32:(ow-iw)/2:(oh-ih)/2"
      let options = """
        -t 2 -c:v libx264 -pix_fmt yuv420p -profile:v baseline -qp 32 -bf 0 -an -sn -x264opts \
        slice-max-mbs=1 -trellis 0 -me_method dia -threads 1 -subq 0 -psy 0 -mixed-refs 0 \
        -fast-pskip 0 -partitions none -refs 3 -bsf:v h264_mp4toannexb
        """
      var arguments = ["-v", "error", "-nostdin", "-i", clip.path, "-vf", filters]
      arguments += options.split(separator: " ").map(String.init)
      arguments.append(output.path)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(AVCClips.ffmpeg))
      process.arguments = arguments
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    @Test(.enabled(if: AVCClips.ffmpeg != nil), arguments: AVCClips.names)
    func `a video becomes what the ffmpeg command of the paper writes`(name: String) throws {
      try withTemporaryFolder { folder in
        let output = folder.appendingPathComponent("clip.h264")
        try write(AVCClips.url(name), to: output)
        let expected = [UInt8](try Data(contentsOf: output))
        let codec = try AVCCodec(AVCClips.profile())
        #expect(try codec.encodedFile(of: AVCClips.bytes(name)) == expected)
      }
    }

    @Test(arguments: AVCClips.names, AVCProfile.Stream.allCases)
    func `a canonical file is its own canonical form, bare and in a container`(
      name: String, stream: AVCProfile.Stream
    ) throws {
      let codec = try AVCCodec(AVCClips.profile(stream))
      let file = try AVCClips.bytes(name)
      try checkCodecLaws(codec, files: [file])
      let container = try #require(try codec.container(of: codec.canonicalBytes(of: file)))
      #expect(container.fileExtension == "mp4")
      #expect(container.file[4..<8].elementsEqual("ftyp".utf8))
    }

    @Test(arguments: AVCClips.names)
    func `what the command writes keeps its slices, whatever it says of pixels and colours`(
      name: String
    ) throws {
      let codec = try AVCCodec(AVCClips.profile())
      let file = try AVCClips.bytes(name)
      let canonical = try codec.canonicalBytes(of: file)
      let encoded = try codec.encodedFile(of: file)
      #expect(try codec.canonicalBytes(of: encoded) == canonical)
      // Its pixels are square and it says nothing of colours, as canonical streams do.
      if name == "bare.h264" { #expect(try codec.file(from: canonical) == encoded) }
    }

    @Test(arguments: AVCClips.names)
    func `a file of the profile is not coded again, neither whole nor as a stream`(
      name: String
    ) throws {
      let codec = try AVCCodec(AVCClips.profile())
      let canonical = try codec.canonicalBytes(of: AVCClips.bytes(name))
      let file = try codec.file(from: canonical)
      #expect(try codec.encodedFile(of: file) == file)
      let container = try #require(try codec.container(of: canonical)).file
      #expect(try codec.encodedFile(of: container) == file)
    }

    @Test func `a file of another frame rate is not one of the profile`() throws {
      var profile = AVCClips.profile()
      profile.framesPerSecond = 25
      let fast = try AVCCodec(profile)
      // Six frames last two seconds at the profile's rate, and a quarter of one at 25 a second.
      let canonical = try fast.canonicalBytes(of: AVCClips.bytes("b-frames.mp4"))
      let file = try #require(try fast.container(of: canonical)).file
      let codec = try AVCCodec(AVCClips.profile())
      for other in [file, try fast.file(from: canonical)] {
        #expect(throws: CodecError.tooShort(frames: 1, needed: 6, perSecond: 3)) {
          try codec.canonicalBytes(of: other)
        }
      }
    }

    @Test func `a stream is decoded to the profile's frames, near those it was made from`() throws {
      let codec = try AVCCodec(AVCClips.profile())
      let file = try AVCClips.bytes("b-frames.mp4")
      let canonical = try codec.canonicalBytes(of: file)
      let (frames, sources) = (try codec.frames(of: canonical), try codec.images(of: file))
      #expect(frames.count == 6 && sources.count == 6)
      for (frame, source) in zip(frames, sources) {
        #expect((frame.width, frame.height, frame.channels) == (48, 32, 3))
        #expect(frame.meanDifference(from: source) < 20)
      }
      #expect(frames[0] != frames[5])
      #expect(try codec.decode(canonical) == PixelImage(sideBySide: frames))
    }

    @Test func `pictures become a clip, and mirrored it is their mirror image`() throws {
      let codec = try AVCCodec(AVCClips.profile())
      let pictures = (0..<6).map { CodecFixtures.pattern(48 + $0, 32, channels: 3) }
        .map { $0.cropped(x: $0.width - 48, y: 0, width: 48, height: 32) }
      let canonical = try codec.canonicalBytes(of: pictures)
      let frames = try codec.frames(of: canonical)
      for (frame, picture) in zip(frames, pictures) {
        #expect(frame.meanDifference(from: picture) < 40)
      }
      #expect(throws: CodecError.tooShort(frames: 5, needed: 6, perSecond: 3)) {
        try codec.canonicalBytes(of: Array(pictures.dropLast()))
      }
      // A picture of another size is cropped and resized, and stands for every frame.
      let still = try codec.canonicalBytes(of: CodecFixtures.pattern(100, 90, channels: 1))
      try codec.check(still)
      let file = try AVCClips.bytes("b-frames.mp4")
      let mirrored = try codec.frames(of: codec.mirroredBytes(of: file))
      for (frame, source) in zip(mirrored, try codec.images(of: file)) {
        #expect(frame.meanDifference(from: source.upright(from: .topRight)) < 20)
      }
    }

    @Test func `macroblocks are counted frame after frame, and a prompt keeps whole frames`() throws
    {
      let codec = try AVCCodec(AVCClips.profile())
      let canonical = try codec.canonicalBytes(of: AVCClips.bytes("tall-vp8.webm"))
      #expect((codec.frameCount, codec.unitCount, codec.unitsPerRow) == (6, 36, 3))
      let ends = try codec.unitEnds(of: canonical)
      #expect(ends.count == 36 && ends == ends.sorted())
      #expect(try codec.baselineBits(of: canonical) < 8 * canonical.count)
      let frames = try codec.frames(of: canonical)
      for kept in 0...6 {
        let prompt = try codec.prompt(canonical, keeping: .frames(kept))
        let completed = try codec.frames(of: codec.completed(prompt))
        #expect(completed.prefix(kept) == frames.prefix(kept))
      }
    }

    @Test func `an untrained model writes streams that decode without concealment`() throws {
      let profile = CodecProfile.avc(AVCClips.profile())
      let model = try Llama(.preset(.nano, vocabulary: 258, contextLength: 2_048), seed: 1)
      let generator = try Generator(Checkpoint(model, .bytes, profile))
      for file in try generator.generate(count: 20, seed: 5).all() {
        let content = try file.result.get()
        #expect(try content.frames.count == 6)
        #expect(content.container != nil)
        #expect(file.name.hasSuffix(".h264"))
      }
    }
  }
#endif
