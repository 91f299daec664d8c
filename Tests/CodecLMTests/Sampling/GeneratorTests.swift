import CodecLM
import Foundation
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
        let files = try generator.generate(count: count, seed: 3)
        return try #require(Array(files).first { $0.index == 7 }).canonical
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
      for file in try generator.generate(count: 50, sampling: Sampling(temperature: 2)) {
        #expect(throws: Never.self) { try file.result.get() }
      }
    }
  }

  @Test(arguments: [WeightFormat.bf16, .q8])
  func `rounded weights write valid files too`(weights: WeightFormat) throws {
    try withTemporaryFolder { folder in
      var generator = try Generator(try untrained(folder))
      generator.weights = weights
      for file in try generator.generate(count: 5) {
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
      let files = try Array(generator.generate(count: 1, sampling: Sampling(topK: 1)))
      #expect(files[0].canonical == data.tokens(of: 0).map { UInt8($0) })
      #expect(files[0].name == "00000.jpg")
      try files[0].write(to: folder)
      let codec = try TinyRun.profile.makeCodec()
      let written = try Data(contentsOf: folder.appendingPathComponent("00000.jpg"))
      #expect(try codec.canonicalBytes(of: [UInt8](written)) == files[0].canonical)
    }
  }
}
