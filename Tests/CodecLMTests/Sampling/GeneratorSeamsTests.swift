import CodecLM
import TestSupport
import Testing

/// What a user can put into a generator.
@Suite struct GeneratorSeamsTests {
  private struct NoSeven: LogitsProcessor {
    func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
      logits[7] = -.infinity
    }
  }

  /// Raises what did not come yet.
  private struct Variety: LogitsProcessor {
    func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
      for token in context.body { logits[Int(token)] -= 30 }
    }
  }

  private struct Nothing: LogitsProcessor {
    func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
      for index in logits.indices { logits[index] = -.infinity }
    }
  }

  private func generator() throws -> Generator {
    try Generator(TestModels.checkpoint(context: 100))
  }

  @Test func `a processor of one's own excludes a token`() throws {
    var generator = try generator()
    generator.isConstrained = false
    let free = try generator.generate(count: 20).all()
    #expect(free.contains { $0.canonical.contains(7) })
    generator.processors = [NoSeven()]
    let files = try generator.generate(count: 20).all()
    #expect(files.allSatisfy { !$0.canonical.contains(7) && !$0.canonical.isEmpty })
  }

  @Test func `a processor sees the tokens so far`() throws {
    var generator = try generator()
    generator.isConstrained = false
    generator.processors = [Variety()]
    for file in try generator.generate(count: 5).all() {
      #expect(Set(file.canonical).count == file.canonical.count)
    }
  }

  @Test func `what processors say is held to the grammar`() throws {
    var generator = try generator()
    generator.processors = [NoSeven(), Variety()]
    for file in try generator.generate(count: 10).all() { #expect(file.isValid) }
    generator.processors = [Nothing()]
    for file in try generator.generate(count: 3).all() { #expect(file.isValid && !file.isWhole) }
  }

  @Test func `a stop rule ends a stream, which is filled up`() throws {
    var generator = try generator()
    let whole = try generator.generate(count: 5, seed: 2).all()
    generator.stop = { $0.body.count >= 12 }
    let files = try generator.generate(count: 5, seed: 2).all()
    for (file, whole) in zip(files, whole) {
      #expect(file.isValid && (file.isWhole || file.written >= 12))
      #expect(file.canonical[..<file.written] == whole.canonical[..<file.written])
    }
    #expect(files.contains { !$0.isWhole })
    generator.isConstrained = false
    generator.stop = { $0.body.last == 7 }
    for file in try generator.generate(count: 20).all() {
      #expect(file.canonical.dropLast().allSatisfy { $0 != 7 })
    }
  }

  /// Draws as the partner would.
  private struct Partner: LogitsProcessor {
    func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
      guard let partner = context.partner else { return }
      for index in logits.indices { logits[index] = partner[index] }
    }
  }

  @Test(arguments: [1, 32])
  func `a prompt's partner reads the same stream under another condition`(batch: Int) throws {
    let model = try Llama(TestModels.configuration(vocabulary: 260, context: 100), seed: 1)
    var generator = try Generator(Checkpoint(model, .bytes, TestImages.profile()))
    generator.batch = batch
    generator.processors = [Partner()]
    func files(_ condition: [Int32], partner: [Int32]?) throws -> [[UInt8]] {
      var prompt = Prompt.empty
      (prompt.condition, prompt.partner) = (condition, partner)
      return try generator.generate(count: 4, continuing: [prompt]).all().map(\.canonical)
    }
    let expected = try files([259], partner: nil)
    #expect(try files([258], partner: [259]) == expected)
    #expect(try files([258], partner: nil) != expected)
  }

  @Test func `a generator and its copies keep the weights of the moment when they were made`()
    throws
  {
    let model = try TestModels.model(context: 100)
    let generator = try Generator(Checkpoint(model, .bytes, TestImages.profile()))
    let files = try generator.generate(count: 2).all().map(\.canonical)
    try TestModels.spoil(model)
    var copy = generator
    copy.batch = 1
    #expect(try copy.generate(count: 2).all().map(\.canonical) == files)
    copy.weights = .bf16
    #expect(throws: LlamaError.self) { try copy.generate(count: 2).all() }
  }

  @Test func `files are made when they are asked for`() throws {
    let files = try generator().generate(count: 1 << 40)
    #expect(try files.next()?.index == 0)
    #expect(try files.next()?.index == 1)
  }

  @Test(arguments: [1, 5]) func `rows of a pass change no file`(rows: Int) throws {
    var generator = try generator()
    let expected = try generator.generate(count: 6).all().map(\.canonical)
    generator.rowsPerPass = rows
    #expect(try generator.generate(count: 6).all().map(\.canonical) == expected)
  }
}
