import CodecLM
import Foundation
import TestSupport
import Testing

struct HeldOutTests {
  @Test func `an image keeps its side whatever else is in the folder`() throws {
    let fixture = try StoreFixture(lengths: (0..<300).map { 2 + $0 / 256 })
    let all = try fixture.build()
    let heldOut = Set(all.heldOutIndices.map(all.name))
    // 60 expected, deviation 7; four deviations.
    #expect((32...88).contains(heldOut.count))
    for index in stride(from: 0, to: 300, by: 2) {
      try FileManager.default.removeItem(
        at: fixture.folder("images/\(StoreFixture.name(index))"))
    }
    let half = try fixture.build()
    #expect(half.count == 150)
    for index in 0..<150 {
      #expect(half.heldOutIndices.contains(index) == heldOut.contains(half.name(of: index)))
    }
  }

  @Test(arguments: [0.0, 1.0], [2, 3, 50])
  func `neither side of two or more images is empty`(share: Double, count: Int) throws {
    let store = try StoreFixture(lengths: Array(repeating: 2, count: count))
      .build(heldOutShare: share)
    #expect(store.heldOutIndices.count == (share == 0 ? 1 : count - 1))
    #expect(store.trainingIndices.count == (share == 0 ? count - 1 : 1))
  }

  @Test func `copies of a picture are on one side and counted`() throws {
    let fixture = try StoreFixture(lengths: (0..<40).map { _ in 9 })
    for index in 0..<40 {
      let copy = "images/copies/\(index).jpg"
      try fixture.folder.write(
        [UInt8(ascii: "P")] + StoreFixture.stream(index, 9), to: copy)
    }
    let store = try fixture.build()
    #expect(store.count == 80 && store.statistics.duplicates == 40)
    func streams(_ indices: [Int]) -> Set<[Int32]> { Set(indices.map(store.tokens)) }
    #expect(streams(store.trainingIndices).isDisjoint(with: streams(store.heldOutIndices)))
  }

  @Test func `a mirror image that is held out is not trained on`() throws {
    let fixture = try StoreFixture(lengths: [])
    // Each stream's mirror image, backwards, is another file's.
    for index in 0..<40 {
      let stream = StoreFixture.stream(index, 9)
      for (name, bytes) in [("a", stream), ("b", stream.reversed())] {
        try fixture.folder.write([UInt8(ascii: "P")] + bytes, to: "images/\(name)\(index).jpg")
      }
    }
    let store = try fixture.build(heldOutShare: 0.3, mirrored: true)
    let heldOut = Set(store.heldOutIndices.map(store.tokens))
    #expect(!heldOut.isEmpty && heldOut.count < 80)
    #expect(Set(store.trainingIndices.map(store.tokens)).isDisjoint(with: heldOut))
  }

  @Test func `a model's folder tells what it was kept from`() throws {
    let fixture = try StoreFixture(lengths: (0..<60).map { _ in 5 })
    let store = try fixture.build()
    let folder = fixture.folder("model")
    #expect(throws: ModelSplitError.unknown(path: folder.path)) { try ModelSplit(of: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      at: fixture.url, to: folder.appendingPathComponent("images.tokens"))
    let split = try ModelSplit(of: folder)
    for index in 0..<store.count {
      let stream = StoreFixture.stream(index, 5)
      #expect(split.isHeldOut(stream) == store.heldOutIndices.contains(index))
    }
    // Without the store the share alone says the same.
    try FileManager.default.removeItem(at: folder.appendingPathComponent("images.tokens"))
    try fixture.folder.write(Array(#"{"share": 0.2}"#.utf8), to: "model/held_out.json")
    let rule = try ModelSplit(of: folder)
    for index in 0..<store.count {
      #expect(
        rule.isHeldOut(StoreFixture.stream(index, 5)) == store.heldOutIndices.contains(index))
    }
  }

  @Test func `tokens are learnt from what the store trains on, however few there are`() throws {
    for (first, count) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (8, 2), (10, 5)]
    {
      try withTemporaryFolder { folder in
        let images = folder.appendingPathComponent("images")
        try TestImages.write(first..<first + count, to: images)
        let profile = TestImages.profile()
        let streams = try StreamStore.build(
          StreamSource(MediaFolder(images), profile), at: folder.appendingPathComponent("streams"))
        let drawn = try StreamSample(of: MediaFolder(images), profile)
        #expect(StreamSample(of: streams).streams == drawn.streams)
        #expect(Set(drawn.streams) == Set(streams.trainingIndices.map(streams.bytes)))
      }
    }
  }

  @Test func `few images hold out a fifth, many a fiftieth`() {
    #expect(HeldOutSplit.share(of: 100) == 0.2)
    #expect(HeldOutSplit.share(of: 320) == 0.1)
    #expect(HeldOutSplit.share(of: 50_000) == 0.02)
  }

  @Test(arguments: [0.0, 1.0])
  func `a single image is on both sides`(share: Double) throws {
    let store = try StoreFixture(lengths: [5]).build(heldOutShare: share)
    #expect(store.trainingIndices == [0])
    #expect(store.heldOutIndices == [0])
  }
}
