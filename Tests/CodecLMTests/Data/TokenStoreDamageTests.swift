import CodecLM
import Foundation
import TestSupport
import Testing

/// A store that was cut, changed or forged is an error and never ends the process.
struct TokenStoreDamageTests {
  private let fixture: StoreFixture
  private let bytes: [UInt8]

  init() throws {
    fixture = try StoreFixture(lengths: [3, 0, 17, 8])
    try fixture.folder.write([7], to: "images/bad.jpg")
    _ = try fixture.build()
    bytes = try Array(Data(contentsOf: fixture.url))
  }

  @Test func `no prefix of a store opens`() throws {
    var opened: [Int] = []
    for count in 0..<bytes.count where try open(Array(bytes.prefix(count))) != nil {
      opened.append(count)
    }
    #expect(opened.isEmpty)
  }

  @Test func `two flipped flags do not cancel out`() throws {
    // The highest bit of an image's first word says that it is held out.
    for (first, second) in [(0, 1), (0, 2), (1, 3)] {
      var changed = bytes
      for image in [first, second] { changed[16 + 32 + 32 * image + 7] ^= 0x80 }
      #expect(try open(changed) == nil)
    }
  }

  @Test func `a store with more bytes at its end does not open`() throws {
    #expect(try open(bytes + [0, 0, 0, 0, 0, 0, 0, 0]) == nil)
  }

  @Test func `no changed bit goes unnoticed`() throws {
    var random = RandomStream(seed: 1)
    var opened: [Int] = []
    for _ in 0..<2_000 {
      var changed = bytes
      let place = Int(random.nextWord()) % bytes.count
      changed[place] ^= 1 << UInt8(random.nextWord() % 8)
      if try open(changed) != nil { opened.append(place) }
    }
    #expect(opened.isEmpty)
  }

  @Test func `a forged store with a right checksum is refused or readable`() throws {
    var random = RandomStream(seed: 2)
    var opened = 0
    for _ in 0..<1_000 {
      var changed = bytes
      // The words that hold counts and ends: the index, and the foot without its checksum.
      let inIndex = random.nextWord() % 2 == 0
      let word =
        inIndex
        ? 16 + 32 + 8 * Int(random.nextWord() % 18)
        : bytes.count - 80 + 8 * Int(random.nextWord() % 9)
      let extremes: [UInt64] = [0, 1, 2, 1 << 31, 1 << 62, 1 << 63, .max, .max - 7]
      let draw = Int(random.nextWord() % 16)
      let value = draw < extremes.count ? extremes[draw] : UInt64(random.nextWord() % 64)
      for byte in 0..<8 { changed[word + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
      seal(&changed)
      guard let store = try open(changed) else { continue }
      opened += 1
      for index in 0..<store.count {
        #expect(store.tokens(of: index).count == store.tokenCount(of: index))
        _ = store.name(of: index)
        _ = store.byteCount(of: index)
      }
    }
    #expect(opened > 0)
  }

  @Test func `another version is named`() throws {
    var changed = bytes
    changed[8] = 3
    try Data(changed).write(to: fixture.url)
    #expect(throws: StoreError.unsupportedVersion(path: fixture.url.path, found: 3, .tokens)) {
      try TokenStore(fixture.url)
    }
  }

  /// The store in `bytes`, or nil when they are refused as one.
  private func open(_ bytes: [UInt8]) throws -> TokenStore? {
    try fixture.folder.write(bytes, to: "changed")
    do {
      return try TokenStore(fixture.folder("changed"))
    } catch is StoreError {
      return nil
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
