import CodecLM
import Foundation
import Testing

@Suite struct TrainerTests {
  private static func options(_ store: TokenStore, steps: Int) -> Trainer.Options {
    var options = Trainer.Options(
      budget: .steps(steps), context: store.statistics.longest + 8, learningRate: 1e-2)
    options.batch = store.count
    return options
  }

  @Test func `a step allocates no buffer`() async {
    // In a process of its own: the count is the whole process's.
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let store = try TestImages.store(4, in: folder)
        let model = try TestModels.model(context: store.statistics.longest + 8)
        var trainer = try Trainer(model, store, TrainerTests.options(store, steps: 9))
        _ = try trainer.step()
        let before = FloatBuffer.allocations
        for _ in 0..<3 { _ = try trainer.step() }
        #expect(FloatBuffer.allocations == before)
      }
    }
  }

  @Test func `a loss that is not finite stops before the step`() throws {
    try withTemporaryFolder { folder in
      let store = try TestImages.store(2, in: folder)
      let model = try TestModels.model(context: store.statistics.longest + 8)
      let norm = try #require(model.layout.buffer["model.norm.weight"])
      model.parameters.buffer.withMutableSpan { $0[norm.offset] = .nan }
      let before = TestModels.bits(model.parameters.buffer)
      var trainer = try Trainer(model, store, Self.options(store, steps: 5))
      #expect(throws: TrainingError.notFinite(step: 1, what: "loss")) { try trainer.step() }
      let isUnchanged = TestModels.bits(model.parameters.buffer) == before
      #expect(isUnchanged)
      #expect(trainer.state.step == 0)
    }
  }
}
