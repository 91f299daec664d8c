import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct ScorerTests {
  private func streams(_ data: TokenStore, _ images: [Int]) -> [[UInt8]] {
    images.map { data.tokens(of: $0).map { UInt8($0) } }
  }

  /// Images have about 45 tokens, so that a context of 32 cuts them into windows.
  @Test(arguments: [512, 32])
  func `scores are what training's validation says`(context: Int) throws {
    try withTemporaryFolder { folder in
      let pictures = folder.appendingPathComponent("images")
      try TestImages.write(0..<20, to: pictures)
      let data = try TokenStore.build(
        from: MediaFolder(pictures), codec: TestImages.profile().makeCodec(), codecKey: [1],
        at: folder.appendingPathComponent("tokens"), heldOutShare: 0.3)
      let model = try TestModels.model(context: context)
      var options = Trainer.Options(budget: .steps(5), context: context, learningRate: 1e-2)
      options.batch = 2
      let checkpoint = Checkpoint(model, data.tokenizer, TestImages.profile())
      var run = try TrainingRun(
        checkpoint, data, options, in: folder.appendingPathComponent("run"))
      var last: Trainer.Validation?
      try run.run { if case .validation(_, let validation) = $0 { last = validation } }
      let validation = try #require(last)

      let images = streams(data, data.heldOutIndices)
      let scores = try Scorer(checkpoint).scores(of: images)
      let bits = scores.reduce(0) { $0 + $1.bits }
      #expect(scores.count == validation.images && images.count > 1)
      func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-5 * b }
      #expect(isClose(bits / Double(images.count), validation.bitsPerImage))
      let bytes = images.reduce(0) { $0 + $1.count }
      #expect(isClose(bits / Double(bytes), validation.bitsPerByte))
      let baseline = scores.reduce(0) { $0 + $1.baselineBits }
      #expect(isClose(bits / Double(baseline), validation.baselineShare ?? 0))
    }
  }

  @Test(arguments: [(WeightFormat.bf16, 0.01), (.q8, 0.03)])
  func `rounded weights score about as the others`(weights: WeightFormat, bound: Double) throws {
    try withTemporaryFolder { folder in
      let data = try TestImages.store(3, in: folder)
      let checkpoint = try TestModels.checkpoint(context: 32)
      let images = streams(data, [0, 1, 2])
      let exact = try Scorer(checkpoint).scores(of: images)
      let rounded = try Scorer(checkpoint, weights: weights).scores(of: images)
      for (exact, rounded) in zip(exact, rounded) {
        #expect(exact.tokenBits.count == rounded.tokenBits.count)
        #expect(exact.bits != rounded.bits)
        #expect(abs(exact.bits - rounded.bits) < bound * exact.bits)
      }
    }
  }

  @Test func `a picture's score does not depend on its company`() throws {
    try withTemporaryFolder { folder in
      let data = try TestImages.store(200, in: folder)
      let scorer = try Scorer(TestModels.checkpoint(context: 512))
      let images = streams(data, Array(0..<200))
      let scores = try scorer.scores(of: images)
      for index in [0, 70, 199] {
        let alone = try scorer.scores(of: [images[index]])[0]
        #expect(abs(alone.bits - scores[index].bits) < 1e-5 * alone.bits)
      }
    }
  }

  @Test func `the bits of the MCUs add up to the picture's, each token where its bits are`() throws
  {
    let codec = try JPEGCodec(JPEGProfile(size: 16, quality: 25, subsampling: .grayscale))
    let stream = try codec.canonicalBytes(of: TestImages.picture(4))
    let ends = try codec.unitEnds(of: stream)
    let checkpoint = try TestModels.checkpoint(context: 512)
    let scorer = try Scorer(checkpoint)
    let real = try scorer.scores(of: [stream])[0]
    let map = try scorer.unitBits(real, of: stream)
    #expect(map.count == 4)
    #expect(abs(map.reduce(0, +) - real.bits) < 1e-6 * real.bits)

    // A bit each for a stream's bits, none for its end: the units' own lengths.
    let even = PictureScore(
      tokenBits: stream.map { _ in 8 } + [0], bytes: stream.count, baselineBits: 1)
    let lengths = zip(ends.dropLast() + [8 * stream.count], [0] + ends).map { Double($0 - $1) }
    #expect(try scorer.unitBits(even, of: stream) == lengths)
  }

  @Test func `a unit that a stream codes in pieces costs what they do`() throws {
    let checkpoint = Checkpoint(
      try TestModels.model(context: 64), .bytes, CodecProfile(CoarseToFineProfile()))
    let scorer = try Scorer(checkpoint)
    let stream = try scorer.codec.canonicalBytes(of: [0x12, 0x34, 0x56, 0x78])
    // Units 3, 1, 0, 2 and then 0, 1, 2, 3.
    let score = PictureScore(
      tokenBits: [1, 2, 4, 8, 16, 32, 64, 128, 256], bytes: 8, baselineBits: 1)
    let expected: [Double] = [20, 34, 72, 385]
    #expect(try scorer.unitBits(score, of: stream) == expected)
  }

  @Test func `a stream of another profile is refused`() throws {
    let scorer = try Scorer(TestModels.checkpoint(context: 512))
    #expect(throws: CodecError.self) { try scorer.scores(of: [[1, 2, 3]]) }
  }
}

@Suite struct HeatMapTests {
  @Test func `each part has its value's colour, over the picture in gray`() {
    let picture = PixelImage(width: 3, height: 2, channels: 1, samples: [0, 0, 0, 0, 0, 255])
    let map = HeatMap(columns: 2, width: 2, height: 2)
    let image = map.image([0, 4], over: picture, side: 6)
    #expect((image.width, image.height) == (6, 4))
    #expect(Array(image.pixel(0, 0)) == [6, 6, 54])
    #expect(image.pixel(3, 3) == image.pixel(0, 0))
    #expect(Array(image.pixel(4, 0)) == [153, 150, 90])
    #expect(Array(image.pixel(5, 3)) == [255, 252, 192])
  }

  @Test func `a vocabulary that is padded scores the tokenizer's tokens`() throws {
    let model = try Llama(TestModels.configuration(vocabulary: 320, context: 160), seed: 1)
    let checkpoint = Checkpoint(model, .bytes, TestImages.profile())
    let stream = try checkpoint.codec.makeCodec().canonicalBytes(
      of: TestImages.picture(1, size: 16).jpegFile())
    let score = try Scorer(checkpoint).scores(of: [stream])[0]
    #expect(score.tokenBits.count == stream.count + 1)
  }
}
