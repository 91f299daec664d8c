import CodecLM
import Testing

@Suite struct JPEGGrammarTests {
  private static let profiles: [JPEGProfile] = JPEGProfile.Subsampling.allCases.flatMap {
    subsampling in
    [(8, 0, JPEGProfile.Stream.scan), (33, 1, .abbreviated), (40, 2, .scan), (17, 0, .full)].map {
      JPEGProfile(
        size: $0.0, quality: 60, subsampling: subsampling, restartInterval: $0.1, stream: $0.2)
    }
  }

  private func picture(_ profile: JPEGProfile, seed: UInt64) -> PixelImage {
    var random = RandomStream(seed: seed)
    let samples = (0..<profile.width * profile.height * 3).map { index in
      UInt8(truncatingIfNeeded: index / 5 + Int(random.nextWord() % 90))
    }
    return PixelImage(width: profile.width, height: profile.height, channels: 3, samples: samples)
  }

  @Test(arguments: profiles)
  func `every encoded stream is accepted and complete at its end only`(profile: JPEGProfile) throws
  {
    let codec = try JPEGCodec(profile)
    for seed in 0..<5 {
      let stream = try codec.canonicalBytes(of: picture(profile, seed: UInt64(seed)))
      var grammar = codec.makeGrammar()
      for (offset, byte) in stream.enumerated() {
        try #require(!grammar.isComplete)
        try #require(grammar.allowedBytes.contains(byte), "byte \(offset)")
        let isAllowed = grammar.advance(byte)
        try #require(isAllowed)
      }
      #expect(grammar.isComplete)
      #expect(grammar.allowedBytes.isEmpty)
    }
  }

  @Test(arguments: profiles)
  func `any allowed bytes make a stream that decodes without a warning`(profile: JPEGProfile)
    throws
  {
    let codec = try JPEGCodec(profile)
    for seed in 0..<5 {
      var random = RandomStream(seed: UInt64(seed), stream: 1)
      var grammar = codec.makeGrammar()
      var stream: [UInt8] = []
      while !grammar.isComplete {
        let allowed = grammar.allowedBytes
        let choices = (0...255).map { UInt8($0) }.filter { allowed.contains($0) }
        let byte = try #require(choices.randomElement(using: &random))
        let isAllowed = grammar.advance(byte)
        try #require(isAllowed)
        stream.append(byte)
      }
      let picture = try codec.decode(stream)
      #expect((picture.width, picture.height) == (profile.width, profile.height))
    }
  }

  @Test func `a byte that is not allowed is refused`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 24, restartInterval: 1, stream: .scan))
    let stream = try codec.canonicalBytes(of: picture(codec.profile, seed: 9))
    var grammar = codec.makeGrammar()
    for byte in stream {
      let allowed = grammar.allowedBytes
      for other in (0...255).map({ UInt8($0) }) {
        var copy = grammar
        #expect(copy.advance(other) == allowed.contains(other))
      }
      _ = grammar.advance(byte)
    }
  }
}
