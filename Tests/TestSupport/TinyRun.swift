package import CodecLM
package import Foundation

/// Small pictures and models to train on in a second.
package enum TinyRun {
  private static let side = 8
  package static let profile = TestImages.profile(size: side)

  package static func store(_ count: Int, in folder: URL) throws -> TokenStore {
    try TestImages.store(count, in: folder, size: side)
  }

  package static func model(context: Int = 128) throws -> Llama {
    try TestModels.model(context: context)
  }

  package static func options(
    steps: Int, context: Int = 128, _ optimizer: Optimizer.Options = .init(muon: nil)
  ) -> Trainer.Options {
    var options = Trainer.Options(
      budget: .steps(steps), context: context, learningRate: 1e-2)
    options.batch = 2
    options.optimizer = optimizer
    return options
  }
}
