import CodecLM
import Testing

@Suite struct BufferLayoutTests {
  static var layout: BufferLayout {
    var layout = BufferLayout()
    layout.add("a", rows: 3, columns: 5)
    layout.add(vector: "b", count: 17)
    layout.add([("c", 2), ("d", 3)], columns: 7)
    layout.add("e", rows: 4, columns: 4)
    return layout
  }

  @Test func `regions begin at multiples of sixteen and do not overlap`() {
    let layout = Self.layout
    #expect(layout.regions.map(\.name) == ["a", "b", "c", "d", "e"])
    #expect(layout.regions.map(\.offset) == [0, 16, 48, 62, 96])
    #expect(layout.count == 112)
    for (region, next) in zip(layout.regions, layout.regions.dropFirst()) {
      #expect(region.range.upperBound <= next.range.lowerBound)
    }
  }

  @Test func `parts follow each other without a gap and are spanned by the result`() {
    var layout = Self.layout
    let span = layout.add([("f", 2), ("g", 1), ("h", 4)], columns: 3)
    #expect(span.shape == [7, 3] && span.offset == 112 && span.name == "")
    #expect(layout["f"]?.range == 112..<118)
    #expect(layout["g"]?.range == 118..<121)
    #expect(layout["h"]?.range == 121..<133)
    #expect(layout.count == 144)
  }

  @Test func `a vector is one row and keeps its shape`() {
    let vector = Self.layout["b"]
    #expect(vector?.shape == [17] && vector?.rows == 1 && vector?.columns == 17)
    #expect(Self.layout["a"]?.shape == [3, 5])
    #expect(Self.layout["a"]?.count == 15)
  }

  @Test func `an unknown name has no region`() {
    #expect(Self.layout["z"] == nil)
    #expect(BufferLayout().count == 0)
  }
}
