import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct TrainerTests {
  private static func options(_ store: TokenStore, steps: Int) -> Trainer.Options {
    var options = Trainer.Options(
      budget: .steps(steps), context: store.statistics.longest + 8, learningRate: 1e-2)
    options.batch = store.count
    options.optimizer = Optimizer.Options(muon: nil)
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

  @Test func `steps whose loss is not finite change nothing, and the fourth in a row is an error`()
    throws
  {
    try withTemporaryFolder { folder in
      let store = try TestImages.store(2, in: folder)
      let model = try TestModels.model(context: store.statistics.longest + 8)
      try TestModels.spoil(model)
      let before = TestModels.bits(model.parameters.buffer)
      var trainer = try Trainer(model, store, Self.options(store, steps: 5))
      for number in 1...3 {
        let step = try trainer.step()
        let fault = try #require(step.fault)
        #expect(step.step == number && fault.quantity == "loss")
        #expect(Set(fault.images).isSubset(of: (0..<store.count).map(store.name)))
        #expect(fault.description.contains(fault.images[0]))
      }
      #expect {
        _ = try trainer.step()
      } throws: { error in
        guard case .notFinite(let step, _)? = error as? TrainingError else { return false }
        return step == 4
      }
      let isUnchanged = TestModels.bits(model.parameters.buffer) == before
      #expect(isUnchanged)
      #expect(trainer.state.step == 3)
    }
  }

  @Test func `one step that is not finite does not end a run`() throws {
    try withTemporaryFolder { folder in
      let store = try TestImages.store(2, in: folder)
      let model = try TestModels.model(context: store.statistics.longest + 8)
      var trainer = try Trainer(model, store, Self.options(store, steps: 9))
      for _ in 0..<2 {
        try TestModels.spoil(model, .infinity)
        for _ in 0..<3 { #expect(try trainer.step().fault != nil) }
        try TestModels.spoil(model, 1)
        #expect(try trainer.step().fault == nil)
      }
    }
  }
}
