import CodecLM
import Foundation
import TestSupport
import Testing

/// A store that was cut, changed or forged is an error and never ends the process.
struct StoreDamageTests {
  private let fixture: StoreFixture
  private let stores: [StoreKind: [UInt8]]

  init() throws {
    fixture = try StoreFixture(lengths: [3, 0, 17, 8])
    try fixture.folder.write([7], to: "images/bad.jpg")
    var source = try fixture.source()
    source.annotations = [
      StoreFixture.name(1): StreamAnnotation(label: "a", companion: [1, 2, 3]),
      StoreFixture.name(2): StreamAnnotation(caption: "b c"),
    ]
    let streams = fixture.folder("streams")
    _ = try TokenStore.build(source, .bytes, at: fixture.url, streams: streams)
    stores = [
      .tokens: try Array(Data(contentsOf: fixture.url)),
      .streams: try Array(Data(contentsOf: streams)),
    ]
  }

  private func bytes(_ kind: StoreKind) throws -> [UInt8] { try #require(stores[kind]) }

  @Test(arguments: [StoreKind.tokens, .streams])
  func `no prefix of a store opens`(kind: StoreKind) throws {
    let bytes = try bytes(kind)
    var opened: [Int] = []
    for count in 0..<bytes.count where try opens(Array(bytes.prefix(count)), kind) {
      opened.append(count)
    }
    #expect(opened.isEmpty)
  }

  @Test(arguments: [(StoreKind.tokens, 16 + 32, 32), (.streams, 16 + 32, 56)])
  func `two flipped flags do not cancel out`(kind: StoreKind, start: Int, width: Int) throws {
    // The highest bit of an image's first word says that it is held out.
    for (first, second) in [(0, 1), (0, 2), (1, 3)] {
      var changed = try bytes(kind)
      for image in [first, second] { changed[start + width * image + 7] ^= 0x80 }
      #expect(try !opens(changed, kind))
    }
  }

  @Test(arguments: [StoreKind.tokens, .streams])
  func `a store with more bytes at its end does not open`(kind: StoreKind) throws {
    #expect(try !opens(bytes(kind) + [0, 0, 0, 0, 0, 0, 0, 0], kind))
  }

  @Test(arguments: [StoreKind.tokens, .streams])
  func `no changed bit goes unnoticed`(kind: StoreKind) throws {
    let bytes = try bytes(kind)
    var random = RandomStream(seed: 1)
    var opened: [Int] = []
    for _ in 0..<2_000 {
      var changed = bytes
      let place = Int(random.nextWord()) % bytes.count
      changed[place] ^= 1 << UInt8(random.nextWord() % 8)
      if try opens(changed, kind) { opened.append(place) }
    }
    #expect(opened.isEmpty)
  }

  // The words that hold counts and ends: the index, and the foot without its checksum.
  @Test(arguments: [(StoreKind.tokens, 48, 18, 10), (.streams, 48, 45, 16)])
  func `a forged store with a right checksum is refused or readable`(
    kind: StoreKind, start: Int, index: UInt32, foot: UInt32
  ) throws {
    let bytes = try bytes(kind)
    var random = RandomStream(seed: 2)
    var opened = 0
    for _ in 0..<1_000 {
      var changed = bytes
      let inIndex = random.nextWord() % 2 == 0
      let word =
        inIndex
        ? start + 8 * Int(random.nextWord() % index)
        : bytes.count - 8 * Int(foot) + 8 * Int(random.nextWord() % (foot - 1))
      let extremes: [UInt64] = [0, 1, 2, 1 << 31, 1 << 62, 1 << 63, .max, .max - 7]
      let draw = Int(random.nextWord() % 16)
      let value = draw < extremes.count ? extremes[draw] : UInt64(random.nextWord() % 64)
      for byte in 0..<8 { changed[word + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
      seal(&changed)
      if try opens(changed, kind) { opened += 1 }
    }
    #expect(opened > 0)
  }

  @Test(arguments: [(StoreKind.tokens, UInt64(3)), (.streams, 7)])
  func `another version is named`(kind: StoreKind, version: UInt64) throws {
    var changed = try bytes(kind)
    changed[8] = UInt8(version)
    try fixture.folder.write(changed, to: "changed")
    let place = fixture.folder("changed")
    #expect(
      throws: StoreError.unsupportedVersion(path: place.path, found: version, kind)
    ) {
      _ = kind == .tokens ? try TokenStore(place).count : try StreamStore(place).count
    }
  }

  @Test func `a store of one kind is none of the other`() throws {
    #expect(throws: StoreError.notAStore(path: fixture.url.path, .streams)) {
      try StreamStore(fixture.url)
    }
  }

  /// Whether bytes are opened as a store, all of which can then be read.
  private func opens(_ bytes: [UInt8], _ kind: StoreKind) throws -> Bool {
    try fixture.folder.write(bytes, to: "changed")
    do {
      switch kind {
      case .tokens:
        let store = try TokenStore(fixture.folder("changed"))
        for index in 0..<store.count {
          #expect(store.tokens(of: index).count == store.tokenCount(of: index))
          _ = (store.name(of: index), store.byteCount(of: index))
        }
      case .streams:
        let store = try StreamStore(fixture.folder("changed"))
        for index in 0..<store.count {
          #expect(store.bytes(of: index).count == store.byteCount(of: index))
          _ = (store.name(of: index), store.annotation(of: index), store.isHeldOut(index))
        }
        _ = StreamSample(of: store)
        _ = try TokenStore.build(store, .bytes, at: fixture.folder("changed.tokens"))
      }
      return true
    } catch is StoreError {
      return false
    }
  }

  /// Puts the right checksum into the last word.
  private func seal(_ bytes: inout [UInt8]) {
    var hash = StableHash()
    for start in stride(from: 0, to: bytes.count - 8, by: 8) {
      hash.append(word: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) })
    }
    for byte in 0..<8 {
      bytes[bytes.count - 8 + byte] = UInt8(truncatingIfNeeded: hash.value >> UInt64(8 * byte))
    }
  }
}
