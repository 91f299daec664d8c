import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct GeneratorTests {
  private func untrained(_ folder: URL) throws -> Checkpoint {
    let data = try TinyRun.store(2, in: folder)
    return Checkpoint(try TinyRun.model(), data.tokenizer, TinyRun.profile)
  }

  @Test func `a file does not depend on how many are made, on the batch or on threads`() throws {
    try withTemporaryFolder { folder in
      let checkpoint = try untrained(folder)
      func seventh(count: Int, batch: Int, threads: Int) throws -> [UInt8] {
        var generator = try Generator(checkpoint, pool: WorkerPool(threads: threads))
        generator.batch = batch
        let files = try generator.generate(count: count, seed: 3).all()
        return try #require(files.first { $0.index == 7 }).canonical
      }
      let expected = try seventh(count: 8, batch: 1, threads: 1)
      #expect(try seventh(count: 8, batch: 4, threads: 2) == expected)
      #expect(try seventh(count: 20, batch: 32, threads: 1) == expected)
      #expect(try seventh(count: 20, batch: 3, threads: 2) == expected)
    }
  }

  @Test func `an untrained model writes valid files only, if constrained`() throws {
    try withTemporaryFolder { folder in
      let generator = try Generator(try untrained(folder))
      for file in try generator.generate(count: 50, sampling: SamplingParameters(temperature: 2))
        .all()
      {
        #expect(throws: Never.self) { try file.result.get() }
      }
    }
  }

  @Test(arguments: [WeightFormat.bf16, .q8])
  func `rounded weights write valid files too`(weights: WeightFormat) throws {
    try withTemporaryFolder { folder in
      var generator = try Generator(try untrained(folder))
      generator.weights = weights
      for file in try generator.generate(count: 5).all() {
        #expect(throws: Never.self) { try file.result.get() }
      }
    }
  }

  @Test func `a model that knows one image by heart writes it byte for byte`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(1, in: folder)
      let model = try TinyRun.model()
      var trainer = try Trainer(model, data, TinyRun.options(steps: 150))
      try trainer.run { _ in }
      var generator = try Generator(Checkpoint(model, data.tokenizer, TinyRun.profile))
      generator.isConstrained = false
      let files = try generator.generate(count: 1, sampling: SamplingParameters(topK: 1)).all()
      #expect(files[0].canonical == data.tokens(of: 0).map { UInt8($0) })
      #expect(files[0].name == "00000.jpg")
      try files[0].write(to: folder)
      let codec = try TinyRun.profile.makeCodec()
      let written = try Data(contentsOf: folder.appendingPathComponent("00000.jpg"))
      #expect(try codec.canonicalBytes(of: [UInt8](written)) == files[0].canonical)
    }
  }

  @Test func `a continuation does not depend on its company, and keeps its prompt to the bit`()
    throws
  {
    try withTemporaryFolder { folder in
      let checkpoint = try untrained(folder)
      let stream = try TinyRun.profile.makeCodec().canonicalBytes(
        of: TestImages.picture(3, size: 8).jpegFile())
      let prompts = [13, 77, 40].map { Prompt(stream, bits: $0) }
      func files(count: Int, batch: Int, threads: Int) throws -> [GeneratedFile.ID: [UInt8]] {
        var generator = try Generator(checkpoint, pool: WorkerPool(threads: threads))
        generator.batch = batch
        let files = try generator.generate(count: count, continuing: prompts, seed: 5).all()
        return Dictionary(uniqueKeysWithValues: files.map { ($0.id, $0.canonical) })
      }
      let expected = try files(count: 3, batch: 1, threads: 1)
      #expect(Set(expected.values).count == 9)
      for (id, file) in expected {
        let prompt = prompts[id.prompt]
        #expect(file.starts(with: prompt.bytes))
        let next = BitPrefix(of: file[prompt.bytes.count], count: prompt.tail.count)
        #expect(next == prompt.tail)
      }
      #expect(try files(count: 3, batch: 4, threads: 2) == expected)
      let more = try files(count: 5, batch: 32, threads: 2)
      #expect(expected.allSatisfy { more[$0.key] == $0.value })
    }
  }

  @Test func `a file that waits is held compressed`() throws {
    try withTemporaryFolder { folder in
      let data = try TestImages.store(2, in: folder, size: 64)
      let profile = TestImages.profile(size: 64)
      let generator = try Generator(
        Checkpoint(try TestModels.model(context: 8), data.tokenizer, profile))
      let files = try generator.generate(count: 4).all()
      for file in files {
        let picture = try #require(file.picture)
        #expect(heldBytes(file) < picture.samples.count)
        #expect(try file.result.get().frames == [picture])
      }
    }
  }

  @Test func `a prompt that the format does not allow is refused`() throws {
    try withTemporaryFolder { folder in
      var generator = try Generator(try untrained(folder))
      let marker = Prompt(bytes: [0xFF, 0xD0])
      #expect(
        throws: CodecError.notCanonical(
          offset: 1, .prompt)
      ) { try generator.stream(count: 1, continuing: [marker]) }
      generator.isConstrained = false
      #expect(throws: Never.self) { try generator.stream(count: 1, continuing: [marker]) }
    }
  }

  @Test(arguments: [true, false])
  func `the bytes that are told on the way are those of the files`(isConstrained: Bool) throws {
    try withTemporaryFolder { folder in
      var generator = try Generator(try untrained(folder))
      generator.isConstrained = isConstrained
      var told: [GeneratedFile.ID: [UInt8]] = [:]
      var files: [GeneratedFile.ID: [UInt8]] = [:]
      let events = try generator.stream(count: 5)
      while let event = try events.next() {
        switch event {
        case .bytes(let bytes, let id):
          #expect(files[id] == nil && !bytes.isEmpty)
          told[id, default: []] += bytes
          let partial = Prompt(bytes: told[id] ?? [])
          #expect(throws: Never.self) {
            try generator.codec.decode(generator.codec.completed(partial))
          }
        case .file(let file): files[file.id] = file.canonical
        }
      }
      #expect(files.count == 5)
      #expect(told == files)
    }
  }

  @Test func `a stream that the context cuts is filled up, and only then`() throws {
    try withTemporaryFolder { folder in
      let data = try TinyRun.store(2, in: folder)
      let short = try Checkpoint(TinyRun.model(context: 8), data.tokenizer, TinyRun.profile)
      var generator = try Generator(short)
      let files = try generator.generate(count: 20, sampling: SamplingParameters(temperature: 2))
        .all()
      #expect(files.contains { !$0.isWhole } && files.contains { $0.isWhole })
      for file in files {
        #expect(throws: Never.self) { try file.result.get() }
        #expect(file.isWhole || file.written >= 8)
        let completed = generator.codec.completed(
          Prompt(bytes: Array(file.canonical[..<file.written])))
        #expect(completed == file.canonical)
      }
      let tooLong = Prompt(bytes: Array(data.tokens(of: 0).map { UInt8($0) }))
      #expect(tooLong.bytes.count > 8)
      for file in try generator.generate(count: 1, continuing: [tooLong]).all() {
        #expect(file.canonical == tooLong.bytes)
      }
      generator.isConstrained = false
      let free = try generator.generate(count: 5).all()
      #expect(free.contains { $0.result.failure == .tooLong(tokens: 8) })
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
