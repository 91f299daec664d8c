import CodecLM
import TestSupport
import Testing

@Suite struct PromptTests {
  private static let profiles = [
    JPEGProfile(size: 40, quality: 60, subsampling: .grayscale, stream: .scan),
    JPEGProfile(size: 40, quality: 60, subsampling: .yCbCr420, restartInterval: 2, stream: .scan),
    JPEGProfile(size: 33, quality: 60, subsampling: .yCbCr422, stream: .full),
  ]

  private func stream(_ codec: JPEGCodec) throws -> [UInt8] {
    let gray = TestImages.picture(2, size: codec.profile.width)
    return try codec.canonicalBytes(of: codec.profile.isGrayscale ? gray : gray.rgb)
  }

  @Test(arguments: profiles)
  func `a prompt of any number of MCUs keeps their pixels, and what completes it is short`(
    profile: JPEGProfile
  ) throws {
    let codec = try JPEGCodec(profile)
    let stream = try stream(codec)
    let ends = try codec.unitEnds(of: stream)
    let original = try codec.decode(stream)
    for units in 1..<codec.unitCount {
      let prompt = try codec.prompt(stream, keeping: .units(units))
      #expect(8 * prompt.bytes.count + prompt.tail.count == ends[units - 1])
      #expect(stream.starts(with: prompt.bytes))
      let completed = codec.completed(prompt)
      #expect(try codec.unitEnds(of: completed)[..<units] == ends[..<units])
      #expect(completed.count <= stream.count)
      guard profile.isGrayscale else { continue }
      let picture = try codec.decode(completed)
      let (rows, rest) = units.quotientAndRemainder(dividingBy: codec.unitsPerRow)
      for y in 0..<min(8 * (rows + 1), profile.height) {
        let width = y < 8 * rows ? profile.width : 8 * rest
        for x in 0..<width { #expect(picture.pixel(x, y) == original.pixel(x, y)) }
      }
    }
  }

  @Test func `extents are shares, MCUs or rows, and no more than there is`() throws {
    // 5 × 5 MCUs.
    let codec = try JPEGCodec(Self.profiles[0])
    let stream = try stream(codec)
    func count(_ extent: Prompt.Extent) throws -> Int? {
      let prompt = try codec.prompt(stream, keeping: extent)
      if prompt == .empty { return 0 }
      if prompt.bytes == stream { return 25 }
      let bits = 8 * prompt.bytes.count + prompt.tail.count
      return try codec.unitEnds(of: stream).firstIndex(of: bits).map { $0 + 1 }
    }
    #expect(try count(.share(0)) == 0)
    #expect(try count(.share(0.28)) == 7)
    #expect(try count(.share(1)) == 25)
    #expect(try count(.units(3)) == 3)
    #expect(try count(.units(99)) == 25)
    #expect(try count(.rows(2)) == 10)
    #expect(try count(.rows(.max)) == 25)
  }

  @Test func `a beginning that no stream has is completed from where it was right`() throws {
    let codec = try JPEGCodec(Self.profiles[0])
    let stream = try stream(codec)
    let good = Array(stream[..<9])
    // No marker may follow, but a stuffed 0xFF may.
    let expected = codec.completed(Prompt(bytes: good + [0xFF]))
    #expect(expected.starts(with: good + [0xFF, 0x00]))
    #expect(codec.completed(Prompt(bytes: good + [0xFF, 0xD0, 1, 2])) == expected)
    #expect(codec.completed(.empty) == codec.makeGrammar().completion())
  }

  @Test(arguments: [1, 2])
  func `greedy sampling goes on with a picture known by heart, wherever it was cut`(
    images: Int
  ) throws {
    try withTemporaryFolder { folder in
      // Of two images one is for training, and a single one is for both.
      let data = try TestImages.store(images, in: folder)
      let model = try TestModels.model(context: 160)
      var options = Trainer.Options(budget: .steps(150), context: 160, learningRate: 1e-2)
      options.optimizer = Optimizer.Options(muon: nil)
      options.batch = 1
      var trainer = try Trainer(model, data, options)
      try trainer.run { _ in }
      let generator = try Generator(Checkpoint(model, data.tokenizer, TestImages.profile()))
      let stream = data.tokens(of: data.trainingIndices[0]).map { UInt8($0) }
      let prompts = try [.share(0.5), .units(1), .rows(2)].map {
        try generator.codec.prompt(stream, keeping: $0)
      }
      let files = try generator.generate(
        count: 1, continuing: prompts, sampling: .greedy
      ).all()
      #expect(files.map(\.canonical) == prompts.map { _ in stream })
    }
  }
}
