import CodecLM
import TestSupport
import Testing

@Suite struct SketchesTests {
  private struct Stop: Error {}

  @Test func `pictures that had no time are completed, and those that had are the files' own`()
    throws
  {
    var generator = try Generator(TestModels.checkpoint(context: 512))
    generator.batch = 2
    let whole = try generator.sketches(count: 3) { _ in false }
    #expect(whole.unfinished == 0)
    let files = try generator.generate(count: 3).all().map(\.picture)
    #expect(whole.pictures == files)

    let broken = try generator.sketches(count: 3) { $0 == 1 }
    #expect((1...2).contains(broken.unfinished))
    #expect(broken.pictures.allSatisfy { $0?.width == 16 })

    #expect(throws: Stop.self) { _ = try generator.sketches(count: 3) { _ in throw Stop() } }
  }

  @Test func `the memory of more streams is that of their keys and values`() throws {
    let generator = try Generator(TestModels.checkpoint(context: 512))
    let shape = generator.checkpoint.configuration
    // Heads of 8 numbers take the place of 16.
    let stream = 2 * shape.layers * shape.keyValueHeads * 16 * 512 * 4
    #expect(generator.memory(streams: 9) - generator.memory(streams: 1) == 8 * stream)
    #expect(generator.memory(streams: 1) > 4 * shape.parameterCount + stream)
  }
}
