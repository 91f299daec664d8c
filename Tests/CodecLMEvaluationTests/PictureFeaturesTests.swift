import CodecLM
import CodecLMEvaluation
import Foundation
import Synchronization
import TestSupport
import Testing

/// Mean, smallest and largest sample of a picture.
private struct ThreeNumbers: FeatureNetwork {
  let name = "three numbers"
  let featureCount = 3
  let inputSide = 1
  let weightsHash = "none"

  func features(
    of count: Int, resize: FeatureResize, pool: WorkerPool,
    picture: @Sendable (Int) -> PixelImage?
  ) throws -> Features {
    let features = try Matrix(rows: count, columns: 3)
    pool.forEach(count) { index, _ in
      guard let samples = picture(index)?.samples else { return }
      let sum = samples.reduce(0) { $0 + Int($1) }
      features[index, 0] = Float(sum) / Float(samples.count)
      features[index, 1] = Float(samples.min() ?? 0)
      features[index, 2] = Float(samples.max() ?? 0)
    }
    return Features(features)
  }
}

/// Clips of flat frames, whose samples are the stream's bytes; counts how often one is decoded.
private struct CountedClips: ClipCoding {
  final class Count: Sendable {
    let clips = Mutex(0)
  }

  let count = Count()
  let framesPerClip: Int
  private let plain = PlainCodec()

  init(frameCount: Int) { framesPerClip = frameCount }

  func clip(ofFile file: [UInt8]) throws(CodecError) -> [PixelImage] {
    count.clips.withLock { $0 += 1 }
    let canonical = try canonicalBytes(of: file)
    guard canonical.count == framesPerClip else { throw .corrupt(.decoder("another clip's")) }
    return canonical.map { PixelImage(width: 1, height: 1, channels: 1, samples: [$0]) }
  }

  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    try plain.canonicalBytes(of: file)
  }
  func file(from canonical: [UInt8]) -> [UInt8] { plain.file(from: canonical) }
  func makeGrammar() -> any ByteGrammar { plain.makeGrammar() }
}

@Suite struct PictureFeaturesTests {
  private let network = ThreeNumbers()

  @Test(arguments: [1, 5, 64, 70])
  func `a clip is decoded once for all its frames`(frameCount: Int) throws {
    let codec = CountedClips(frameCount: frameCount)
    var streams = (0..<30).map { clip in
      (0..<frameCount).map { UInt8(truncatingIfNeeded: 7 * clip + $0) }
    }
    streams[3].append(0)
    let set = PictureSet("clips", origin: "a test", frames: streams, codec)
    var calls: [Int] = []
    let features = try PictureFeatures(set, network) { calls.append($0) }
    #expect(codec.count.clips.withLock { $0 } == 30)
    #expect(calls.last == 30 * frameCount && calls.allSatisfy { $0.isMultiple(of: frameCount) })
    #expect(features.validity.decoded == 29 * frameCount)
    #expect(features.validity.unreadable.first == "clip 3, frame 0: corrupt: another clip's")
    let expected = streams.enumerated().flatMap { $0 == 3 ? [] : $1.map(Float.init) }
    #expect(
      (0..<features.features.count).map { features.features.withPicture($0) { $0[0] } } == expected)
    // The first frames of two clips, and all of one.
    let some = try set.pictures(at: [0, frameCount] + (0..<frameCount).map { frameCount + $0 })
    #expect(codec.count.clips.withLock { $0 } == 32)
    #expect(some.map { $0.image.samples } == [[0], [7]] + streams[1].map { [$0] })
  }

  @Test func `files that cannot be read are named and left out`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write(0..<4, to: folder)
      try TestImages.write(Array("a letter".utf8), to: folder, "picture-1.jpg")
      let set = PictureSet("real", try MediaFolder(folder))
      var calls: [Int] = []
      let features = try PictureFeatures(set, network) { calls.append($0) }
      #expect(features.indices == [0, 2, 3])
      #expect(features.features.count == 3 && features.features.dimensions == 3)
      #expect(calls.last == 4)
      #expect(features.validity.files == 4 && features.validity.decoded == 3)
      #expect(features.validity.unreadable.count == 1)
      #expect(features.validity.unreadable.first?.hasPrefix("picture-1.jpg: ") == true)
      let third = try set.picture(2)
      #expect(features.bits[1] == third.bits)
      #expect(features.features.matrix[1, 2] == Float(third.image.samples.max() ?? 0))
    }
  }

  @Test func `files that have no canonical form are named with the reason`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write(0..<3, to: folder)
      try TestImages.write(Array("a letter".utf8), to: folder, "picture-1.jpg")
      let codec = try JPEGCodec(JPEGProfile(size: 8, stream: .scan))
      var skipped: [String] = []
      let set = PictureSet("real", try MediaFolder(folder))
      let streams = try set.canonicalStreams(codec) {
        skipped.append("\($0): \($1)")
      }
      #expect(streams.count == 2)
      #expect(skipped == ["picture-1.jpg: not a JPEG file"])
    }
  }

  @Test func `a file that a viewer shows in spite of a fault counts with a warning`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write(0..<3, to: folder)
      let bytes = try TestImages.picture(3).jpegFile()
      try TestImages.write(Array(bytes.dropLast(30)), to: folder, "picture-2.jpg")
      let folder = try MediaFolder(folder)
      let asStored = try PictureFeatures(PictureSet("real", folder), network)
      #expect(asStored.validity.decoded == 3 && asStored.validity.unreadable.isEmpty)
      #expect(asStored.validity.warnings.count == 1)
      #expect(asStored.validity.warnings.first?.hasPrefix("picture-2.jpg: Premature") == true)
      // A reference is made of whole files only.
      let codec = try JPEGCodec(JPEGProfile(size: 8, subsampling: .grayscale, stream: .scan))
      let coded = try PictureFeatures(PictureSet("real", folder, .coded(codec)), network)
      #expect(coded.indices == [0, 1])
      #expect(coded.bits[0] < asStored.bits[0])
    }
  }

  @Test func `a folder of nothing that decodes is an error`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write([1, 2, 3], to: folder, "a.jpg")
      let set = PictureSet("real", try MediaFolder(folder))
      let error = #expect(throws: EvaluationError.self) { try PictureFeatures(set, network) }
      #expect(error?.description.contains("a.jpg") == true)
    }
  }

  @Test func `some of a folder are spread over it`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write(0..<9, to: folder)
      let set = PictureSet("real", try MediaFolder(folder), count: 3)
      #expect(set.files.map(\.name) == ["picture-0.jpg", "picture-3.jpg", "picture-6.jpg"])
      let all = PictureSet("real", try MediaFolder(folder), count: 30)
      #expect(all.files.count == 9)
      let codec = try TestImages.profile().makeCodec()
      let store = try TokenStore.build(
        StreamSource(MediaFolder(folder), TestImages.profile()), .bytes,
        at: folder.appendingPathComponent("tokens")
      )
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent("tokens"),
        to: folder.appendingPathComponent("images.tokens"))
      let heldOut = try all.heldOut(by: ModelSplit(of: folder), codec)
      #expect(heldOut.files.map(\.name) == store.heldOutIndices.map(store.name))
    }
  }

  @Test func `the nearest pictures are found with their distances`() throws {
    try withTemporaryFolder { folder in
      try TestImages.write(0..<5, to: folder)
      let features = try PictureFeatures(PictureSet("real", try MediaFolder(folder)), network)
      let nearest = try features.nearest(2, in: features, to: 1..<4)
      #expect(nearest.count == 3)
      for (row, neighbours) in zip(1..<4, nearest) {
        #expect(neighbours.count == 2)
        #expect(neighbours[0].row == row && neighbours[0].distance == 0)
        #expect(neighbours[1].distance >= 0)
      }
    }
  }

  @Test func `saved features are read with their protocol`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      let features = try FeatureSets.named("a").matrix.rows(3..<8).columns(1..<4)
      let made = FeatureProtocol(network, resize: .bilinear)
      try FeatureFile(Features(features), made).write(to: url)
      let read = try FeatureFile(url)
      #expect(read.features.matrix.bits == features.bits)
      #expect(read.featureProtocol == made)
    }
  }

  @Test func `a sampled file of a set is held compressed`() throws {
    try withTemporaryFolder { folder in
      let data = try TestImages.store(2, in: folder, size: 64)
      let generator = try Generator(
        Checkpoint(try TestModels.model(context: 8), data.tokenizer, TestImages.profile(size: 64)))
      for file in try generator.generate(count: 2).all() {
        let picture = try #require(file.picture)
        let kept = try #require(PictureSet.File(file, generator.codec))
        #expect(heldBytes(kept) < picture.samples.count)
      }
    }
  }
}
