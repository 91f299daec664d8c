import CodecLM
import CodecLMEvaluation
import Foundation

/// One round: a store is built, a run is trained, stopped and resumed, its model writes files, scores
/// pictures, and is evaluated.
struct Round {
  let photos: MediaFolder
  let folder: URL
  let network: (any FeatureNetwork)?

  private static let profile = CodecProfile.jpeg(
    JPEGProfile(size: 16, quality: 25, subsampling: .grayscale, stream: .scan))

  func go() throws {
    try? FileManager.default.removeItem(at: folder)
    let data = try TokenStore.build(
      StreamSource(photos, Self.profile), .bytes,
      at: folder.appendingPathComponent("images.tokens"))
    let run = folder.appendingPathComponent("run")
    try train(data, in: run)
    let generator = try Generator(loading: run)
    let files = try generator.generate(count: 16).all()
    for file in files where file.picture != nil { try file.write(to: folder) }
    let scorer = try Scorer(generator.checkpoint)
    _ = try scorer.scores(of: files.map(\.canonical))
    if let network { try evaluate(files, generator.codec, network) }
  }

  private func train(_ data: TokenStore, in folder: URL) throws {
    let shape = LlamaConfiguration.preset(
      .nano, vocabulary: data.tokenizer.count, contextLength: data.suggestedContext)
    var options = Trainer.Options(budget: .steps(2), context: data.suggestedContext)
    options.batch = 2
    options.optimizer.muon = Muon.Options()
    var run = try TrainingRun(
      Checkpoint(Llama(shape, seed: 0), data.tokenizer, Self.profile), data, options, in: folder)
    try run.run { _ in }
    _ = consume run
    var resumed = try TrainingRun(resuming: folder, data, budget: .steps(4))
    try resumed.run { _ in }
  }

  private func evaluate(
    _ files: [GeneratedFile], _ codec: any Codec, _ network: any FeatureNetwork
  ) throws {
    let real = try PictureFeatures(PictureSet("real", photos, count: 16), network)
    let written = try PictureFeatures(
      PictureSet("generated", origin: "run", files, codec), network)
    _ = try Comparison(
      reference: .init("real", real.features), set: .init("generated", written.features))
  }
}
