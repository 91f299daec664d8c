import CodecLM
import Testing

struct StableHashTests {
  // From the authors' test suite, test_fnv.c.
  @Test(arguments: [
    ("", 0xcbf2_9ce4_8422_2325 as UInt64), ("a", 0xaf63_dc4c_8601_ec8c),
    ("foobar", 0x8594_4171_f739_67e8),
  ])
  func `known texts have the published hash`(text: String, hash: UInt64) {
    #expect(StableHash(text.utf8).value == hash)
  }

  @Test func `numbered names are spread evenly`() {
    let places = (0..<20_000).map { StableHash("class/\($0).jpg".utf8).unitInterval }
    #expect(places.allSatisfy { (0..<1).contains($0) })
    for tenth in 0..<10 {
      // 2,000 expected, deviation 42; five deviations.
      let count = places.count { Int($0 * 10) == tenth }
      #expect(abs(count - 2_000) < 212)
    }
  }

  @Test func `fields cannot run into each other`() {
    var (first, second) = (StableHash(), StableHash())
    first.append(field: "ab".utf8)
    first.append(field: "c".utf8)
    second.append(field: "a".utf8)
    second.append(field: "bc".utf8)
    #expect(first.value != second.value)
  }
}
