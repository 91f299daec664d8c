import CodecLM
import Foundation
import TestSupport
import Testing

struct TokenStoreTests {
  private let lengths = (0..<40).map { ($0 * 37) % 50 }

  @Test func `images come back as they were put in`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    for store in [try fixture.build(), try TokenStore(fixture.url)] {
      #expect(store.count == lengths.count)
      #expect(store.tokenizer == .bytes)
      for (index, length) in lengths.enumerated() {
        #expect(store.name(of: index) == StoreFixture.name(index))
        #expect(store.tokens(of: index) == StoreFixture.stream(index, length).map(Int32.init))
        #expect(store.tokenCount(of: index) == length)
        #expect(store.byteCount(of: index) == length)
      }
      let total = lengths.reduce(0, +)
      #expect(store.statistics.tokens == total)
      #expect(store.statistics.bytes == total)
      #expect(store.statistics.longest == lengths.max())
      #expect(store.statistics.mean == Double(total) / 40)
      #expect(store.statistics.training == store.trainingIndices.count)
      #expect(store.statistics.heldOut == store.heldOutIndices.count)
      #expect((store.trainingIndices + store.heldOutIndices).sorted() == Array(0..<40))
    }
  }

  @Test func `the number of threads does not change the file`() throws {
    let fixture = try StoreFixture(lengths: (0..<1_100).map { $0 % 13 })
    var rounds = 0
    _ = try fixture.build(threads: 1, rounds: &rounds)
    let one = try Data(contentsOf: fixture.url)
    for url in [fixture.url, fixture.folder("tokens.streams")] {
      try FileManager.default.removeItem(at: url)
    }
    _ = try fixture.build(threads: 3, rounds: &rounds)
    #expect(rounds == 1)
    #expect(try Data(contentsOf: fixture.url) == one)
  }

  @Test func `a store is reused until something it depends on changes`() throws {
    let fixture = try StoreFixture(lengths: lengths)
    var rounds = 0
    _ = try fixture.build(rounds: &rounds)
    #expect(rounds == 1)
    _ = try fixture.build(rounds: &rounds)
    #expect(rounds == 0)
    _ = try fixture.build(codecKey: [2], rounds: &rounds)
    #expect(rounds == 1)
    _ = try fixture.build(codecKey: [2], heldOutShare: 0.3, rounds: &rounds)
    #expect(rounds == 1)
    _ = try fixture.build(codecKey: [2], heldOutShare: 0.3, rounds: &rounds)
    #expect(rounds == 0)

    let first = fixture.folder("images/0000.jpg")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: first.path)
    _ = try fixture.build(codecKey: [2], heldOutShare: 0.3, rounds: &rounds)
    #expect(rounds == 1)
    let fewer = try MediaFolder(fixture.folder("images"), maximumPixels: 7)
    var calls = 0
    var source = StreamSource(fewer, codec: PlainCodec(), codecKey: [2])
    source.heldOutShare = 0.3
    _ = try TokenStore.build(source, .bytes, at: fixture.url) { _ in calls += 1 }
    #expect(calls > 0)
    try FileManager.default.moveItem(at: first, to: fixture.folder("images/new.jpg"))
    let store = try fixture.build(codecKey: [2], heldOutShare: 0.3, rounds: &rounds)
    #expect(rounds == 1)
    #expect(store.name(of: 39) == "new.jpg")
  }

  @Test func `a store that is wanted is taken whatever the times, and kept where it does not fit`()
    throws
  {
    let fixture = try StoreFixture(lengths: lengths)
    let store = try fixture.build()
    func reopen() throws -> TokenStore? {
      try TokenStore.usable(at: fixture.url, fixture.source(), .bytes, expecting: store.key)
    }
    let before = try Data(contentsOf: fixture.url)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)],
      ofItemAtPath: fixture.folder("images/0000.jpg").path)
    #expect(try reopen()?.count == 40)
    try fixture.folder.write([UInt8(ascii: "P"), 1], to: "images/more.jpg")
    let error = StoreError.changed(
      folder: fixture.folder("images").path, what: "1 new, such as more.jpg")
    #expect(throws: error) { try reopen() }
    #expect(try Data(contentsOf: fixture.url) == before)
  }

  @Test func `tokens of several bytes come back and their bytes are counted`() throws {
    let fixture = try StoreFixture(lengths: [60, 7, 33, 300])
    var trainer = BytePairTrainer(vocabulary: 400)
    for _ in 0..<2 { for index in 0..<3 { trainer.append(StoreFixture.stream(index, 100)) } }
    let tokenizer = trainer.train()
    #expect(tokenizer.count == 400)
    func build(_ tokenizer: Tokenizer) throws -> TokenStore {
      try TokenStore.build(fixture.source(heldOutShare: 1), tokenizer, at: fixture.url)
    }
    let store = try build(tokenizer)
    #expect(store.tokenizer == tokenizer)
    for (index, length) in [60, 7, 33, 300].enumerated() {
      let stream = StoreFixture.stream(index, length)
      #expect(store.tokens(of: index) == tokenizer.encode(stream))
      #expect(store.byteCount(of: index) == length)
    }
    #expect(store.statistics.longest < 300)
    // Images are cut into windows, each counted by what its targets spell.
    let bytes = HeldOutBatches(store, rows: 1, context: 16).map { batch in
      let spelt = batch.targets.filter { $0 >= 0 }.map { tokenizer.bytes(of: $0).count }
      #expect(batch.bytes == spelt.reduce(0, +))
      return batch.bytes
    }
    #expect(bytes.reduce(0, +) == store.heldOutIndices.map(store.byteCount).reduce(0, +))
    #expect(try build(.bytes).statistics.longest == 300)
  }

  @Test func `mirror images of the training images stand behind all images`() throws {
    let fixture = try StoreFixture(lengths: (1...30).map { $0 })
    try fixture.folder.write([7], to: "images/0004.jpg")
    let plain = try fixture.build()
    let mirrored = try fixture.build(mirrored: true)
    #expect(mirrored.count == plain.count + plain.trainingIndices.count)
    #expect(mirrored.heldOutIndices == plain.heldOutIndices)
    #expect(mirrored.skipped == plain.skipped)
    for (index, original) in plain.trainingIndices.enumerated() {
      let mirror = plain.count + index
      #expect(mirrored.name(of: mirror) == plain.name(of: original))
      #expect(mirrored.tokens(of: mirror) == plain.tokens(of: original).reversed())
      #expect(mirrored.trainingIndices.contains(mirror))
    }
  }

  @Test func `a single image has no mirror image`() throws {
    let fixture = try StoreFixture(lengths: [5])
    #expect(try fixture.build(mirrored: true).count == 1)
  }

  @Test func `files that cannot be used are skipped and remembered`() throws {
    let fixture = try StoreFixture(lengths: [3, 4, 5])
    try fixture.folder.write([7], to: "images/0001.jpg")
    try fixture.folder.write([], to: "images/0003.jpg")
    let skipped = ["0001.jpg", "0003.jpg"].map {
      SkippedFile(path: $0, reason: "not a plain file")
    }
    let store = try fixture.build()
    #expect(store.skipped == skipped)
    #expect((0..<2).map(store.name) == ["0000.jpg", "0002.jpg"])
    #expect(try TokenStore(fixture.url).skipped == skipped)

    // Of a store that is reused, and of one that is not.
    let error = StoreError.unusableFile(
      folder: fixture.folder("images").path, skipped[0])
    #expect(throws: error) { try fixture.build(strict: true) }
    try FileManager.default.removeItem(at: fixture.url)
    try FileManager.default.removeItem(at: fixture.folder("tokens.streams"))
    #expect(throws: error) { try fixture.build(strict: true) }
    #expect(try fixture.folder.names == ["images"])
  }

  @Test func `images of more pixels than their folder may hold are skipped`() throws {
    try withTemporaryFolder { folder in
      let images = folder.appendingPathComponent("images")
      try TestImages.write(0..<2, to: images, size: 16)
      try TestImages.write(2..<3, to: images, size: 17)
      let store = try TokenStore.build(
        StreamSource(MediaFolder(images, maximumPixels: 256), TestImages.profile()), .bytes,
        at: folder.appendingPathComponent("images.tokens"))
      #expect(store.count == 2)
      #expect(
        store.skipped == [
          SkippedFile(
            path: TestImages.name(2), reason: "17 × 17 pixels are more than the limit of 256")
        ])
    }
  }

  @Test func `a folder without a usable image is an error with reasons`() throws {
    let fixture = try StoreFixture(lengths: [])
    for name in ["a.jpg", "b.jpg", "c.jpg", "d.jpg"] {
      try fixture.folder.write([7], to: "images/\(name)")
    }
    let first = ["a.jpg", "b.jpg", "c.jpg"].map {
      SkippedFile(path: $0, reason: "not a plain file")
    }
    #expect(
      throws: StoreError.noUsableImage(
        folder: fixture.folder("images").path, count: 4, first: first)
    ) { try fixture.build() }
    #expect(try fixture.folder.names == ["images"])
  }

  @Test func `an error of the progress report leaves no trace`() throws {
    let fixture = try StoreFixture(lengths: [1, 2])
    #expect(throws: CancellationError.self) {
      try TokenStore.build(
        fixture.source(), .bytes, at: fixture.url, progress: { _ in throw CancellationError() })
    }
    #expect(try fixture.folder.names == ["images"])
  }

  @Test func `another file is not overwritten`() throws {
    let fixture = try StoreFixture(lengths: [1, 2])
    try fixture.folder.write(Array("a letter to keep".utf8), to: "tokens")
    #expect(throws: StoreError.notAStore(path: fixture.url.path, .tokens)) {
      try fixture.build()
    }
  }

  @Test func `a damaged store is built again`() throws {
    let fixture = try StoreFixture(lengths: [8, 9, 10])
    _ = try fixture.build()
    let whole = try Data(contentsOf: fixture.url)
    try whole.dropLast(9).write(to: fixture.url)
    var rounds = 0
    _ = try fixture.build(rounds: &rounds)
    #expect(rounds == 1)
    #expect(try Data(contentsOf: fixture.url) == whole)
  }
}
