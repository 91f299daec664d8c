import CodecLM
import Testing

@Suite struct DistinctNamesTests {
  @Test(arguments: [
    (["a", "b"], ["a", "b"]),
    (["a", "a", "a-1"], ["a-0", "a-2", "a-1"]),
    (["a", "A"], ["a-0", "A-1"]),
    (["a", "a", "a-0", "A-1", "a-2"], ["a-3", "a-4", "a-0", "A-1", "a-2"]),
    (["\u{E9}", "e\u{301}"], ["\u{E9}-0", "e\u{301}-1"]),
    ([], []),
  ])
  func `names that are taken for one get numbers`(_ names: [String], _ expected: [String]) {
    let result = DistinctNames.of(names)
    #expect(result.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    #expect(Set(result.map { $0.lowercased() }).count == names.count)
  }

  @Test func `long names are cut and differ still`() {
    let long = String(repeating: "\u{10FEE9}", count: 80)
    let result = DistinctNames.of([long + "a", long + "b"])
    #expect(result[0] != result[1])
    #expect(result.allSatisfy { $0.utf8.count <= 210 && $0.utf8.count >= 197 })
  }
}
