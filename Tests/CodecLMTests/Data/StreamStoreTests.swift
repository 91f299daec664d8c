import CodecLM
import Foundation
import TestSupport
import Testing

struct StreamStoreTests {
  private let lengths = (0..<40).map { 1 + ($0 * 37) % 50 }

  private func streams(
    _ fixture: StoreFixture, _ source: StreamSource? = nil, _ name: String = "streams",
    reusing others: [URL] = [], progress: (FileProgress) throws -> Void = { _ in }
  ) throws -> StreamStore {
    try StreamStore.build(
      source ?? fixture.source(), at: fixture.folder(name), reusing: others, progress: progress)
  }

  @Test func `streams come back as they were put in`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    try fixture.folder.write([7], to: "images/bad.jpg")
    for store in [try streams(fixture), try StreamStore(fixture.folder("streams"))] {
      #expect(store.count == 40 && store.originals == 40)
      #expect(store.skipped == [SkippedFile(path: "bad.jpg", reason: "not a plain file")])
      #expect(store.byteCount == lengths.reduce(0, +))
      for (index, length) in lengths.enumerated() {
        #expect(store.bytes(of: index) == StoreFixture.stream(index, length))
        #expect(store.name(of: index) == StoreFixture.name(index))
        #expect(store.annotation(of: index) == StreamAnnotation())
        #expect(store.isHeldOut(index) == store.heldOutIndices.contains(index))
      }
      #expect((store.trainingIndices + store.heldOutIndices).sorted() == Array(0..<40))
    }
  }

  @Test func `what is known of an image is kept with it, and told of its mirror image`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    var source = try fixture.source(mirrored: true)
    let all = StreamAnnotation(label: "digit", caption: "", companion: [9, 8, 7])
    source.annotations = [
      StoreFixture.name(3): all, StoreFixture.name(4): StreamAnnotation(caption: "ein Bär"),
      StoreFixture.name(5): StreamAnnotation(companion: []),
    ]
    let store = try streams(fixture, source)
    #expect(store.count > store.originals)
    for index in 0..<store.count {
      let number = Int(store.name(of: index).prefix(4)) ?? -1
      var expected = source.annotations[store.name(of: index)] ?? StreamAnnotation()
      let stream = StoreFixture.stream(number, lengths[number])
      if index >= store.originals {
        expected.companion = nil
        #expect(store.bytes(of: index) == stream.reversed())
      } else {
        #expect(store.bytes(of: index) == stream)
      }
      #expect(store.annotation(of: index) == expected)
    }
    var reads = 0
    _ = try streams(fixture, source) { _ in reads += 1 }
    #expect(reads == 0)
    source.annotations[StoreFixture.name(3)]?.label = "letter"
    _ = try streams(fixture, source) { _ in reads += 1 }
    #expect(reads > 0)
  }

  @Test func `no picture is read twice, and for another tokenizer none`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    try fixture.folder.write([7], to: "images/bad.jpg")
    let reads = PlainCodec.Reads()
    let store = try streams(fixture, fixture.source(PlainCodec(counting: reads)))
    #expect(reads.count == 41)
    for vocabulary in [260, 300] {
      var recipe = TokenizerRecipe(insideSymbols: false, for: TestImages.profile())
      recipe.vocabulary = vocabulary
      let tokenizer = try recipe.tokenizer(
        from: StreamSample(of: store, recipe.limits), TestImages.profile())
      #expect(tokenizer.count == vocabulary)
      let tokens = try TokenStore.build(store, tokenizer, at: fixture.url)
      #expect(tokens.tokenizer == tokenizer)
      #expect(tokens.trainingIndices == store.trainingIndices)
      #expect(tokens.heldOutIndices == store.heldOutIndices)
      #expect(tokens.skipped == store.skipped)
      for index in 0..<store.count {
        #expect(tokens.tokens(of: index) == tokenizer.encode(store.bytes(of: index)))
        #expect(tokens.name(of: index) == store.name(of: index))
      }
    }
    #expect(reads.count == 41)
  }

  @Test func `a run of the same pictures gets another's streams, one of others its own`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    let first = try streams(fixture, nil, "first/streams")
    let second = try streams(fixture, nil, "second/streams", reusing: [first.url]) { _ in
      Issue.record("a picture is read")
    }
    #expect(try Data(contentsOf: second.url) == Data(contentsOf: first.url))
    var isRead = false
    let third = try streams(
      fixture, fixture.source(codecKey: [2]), "second/streams", reusing: [first.url]
    ) { _ in isRead = true }
    #expect(isRead)
    #expect(try Data(contentsOf: third.url) != Data(contentsOf: first.url))
    #expect(try StreamStore(first.url).count == 40)
  }

  @Test func `building that is ended leaves the store that was there`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    let before = try streams(fixture)
    let bytes = try Data(contentsOf: before.url)
    #expect(throws: CancellationError.self) {
      try streams(fixture, fixture.source(codecKey: [2])) { _ in throw CancellationError() }
    }
    #expect(try Data(contentsOf: before.url) == bytes)
    #expect(try fixture.folder.names == ["images", "streams"])
  }

  @Test func `another's file is not overwritten`() throws {
    let fixture = try StoreFixture(lengths: [1, 2])
    try fixture.folder.write(Array("a letter to keep".utf8), to: "streams")
    #expect(throws: StoreError.notAStore(path: fixture.folder("streams").path, .streams)) {
      try streams(fixture)
    }
  }

  @Test func `a sample of few images keeps to the order of all and to the store's division`() throws
  {
    let fixture = try StoreFixture(lengths: lengths)
    let store = try streams(fixture)
    let all = StreamSample(of: store).streams
    #expect(all.count == store.trainingIndices.count)
    var limits = StreamSample.Limits()
    limits.images = 7
    #expect(StreamSample(of: store, limits).streams == Array(all.prefix(7)))
    limits.bytes = all[0].count + all[1].count
    #expect(StreamSample(of: store, limits).streams == Array(all.prefix(2)))
  }
}
