import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

/// One model in several tasks at once; the thread sanitizer has something to look at here.
@Suite struct ConcurrencyTests {
  private static func files(_ checkpoint: Checkpoint, seed: UInt64) throws -> [[UInt8]] {
    try Generator(checkpoint).generate(count: 6, seed: seed).all().map(\.canonical)
  }

  @Test func `generators that share a model and a pool write what each writes alone`() async throws
  {
    let checkpoint = try TestModels.checkpoint(context: 256)
    let alone = try (0..<4).map { try Self.files(checkpoint, seed: $0) }
    let together = try await withThrowingTaskGroup(of: (Int, [[UInt8]]).self) { group in
      for seed in 0..<4 {
        group.addTask { (seed, try Self.files(checkpoint, seed: UInt64(seed))) }
      }
      return try await group.reduce(into: [[[UInt8]]](repeating: [], count: 4)) {
        $0[$1.0] = $1.1
      }
    }
    #expect(together == alone)
  }

  @Test func `sampling a copy and scoring disturb no training`() async throws {
    let folder = try TemporaryFolder()
    let data = try TinyRun.store(6, in: folder.url)

    func losses(disturbed: Bool) async throws -> [Double] {
      var trainer = try Trainer(TinyRun.model(), data, TinyRun.options(steps: 12))
      let start = try trainer.step().loss
      let snapshot = Checkpoint(try trainer.model.copy(), data.tokenizer, TinyRun.profile)
      let expected = try Self.files(snapshot, seed: 5)
      async let written = disturbed ? Self.files(snapshot, seed: 5) : expected
      async let bits = Scorer(snapshot).scores(of: expected).map(\.bits)
      var losses = [start]
      while !trainer.isFinished { losses.append(try trainer.step().loss) }
      #expect(try await written == expected)
      #expect(try await bits == Scorer(snapshot).scores(of: expected).map(\.bits))
      return losses
    }
    #expect(try await losses(disturbed: true) == losses(disturbed: false))
  }

  @Test func `a store is read, and built elsewhere, by several tasks`() async throws {
    let folder = try TemporaryFolder()
    let place = folder.url
    let data = try TinyRun.store(8, in: place)
    let expected = (0..<data.count).map { data.tokens(of: $0) }
    try await withThrowingTaskGroup(of: [[Int32]].self) { group in
      for task in 0..<3 {
        group.addTask { (0..<data.count).map { data.tokens(of: $0) } }
        group.addTask {
          let store = try TokenStore.build(
            StreamSource(MediaFolder(place.appendingPathComponent("images")), TinyRun.profile),
            .bytes, at: place.appendingPathComponent("\(task).tokens"))
          return (0..<store.count).map { store.tokens(of: $0) }
        }
      }
      for try await tokens in group { #expect(tokens == expected) }
    }
  }
}
