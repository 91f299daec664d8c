import CodecLM
import Foundation

/// Small pictures and models to train on in a second.
enum TinyRun {
  static let profile = CodecProfile.jpeg(
    JPEGProfile(size: 8, quality: 25, subsampling: .grayscale))

  /// Writes `count` different 8 × 8 pictures into a folder below `folder`.
  static func pictures(_ count: Int, in folder: URL) throws -> ImageFolder {
    let pictures = folder.appendingPathComponent("pictures")
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
    for index in 0..<count {
      let samples = (0..<64).map { UInt8(truncatingIfNeeded: $0 * (3 + 2 * index) + 40 * index) }
      let picture = PixelImage(width: 8, height: 8, channels: 1, samples: samples)
      try AtomicFile.write(
        try picture.jpegFile(), to: pictures.appendingPathComponent("picture-\(index).jpg"))
    }
    return try ImageFolder(pictures)
  }

  static func store(_ count: Int, in folder: URL) throws -> TokenStore {
    try TokenStore.build(
      from: try pictures(count, in: folder), profile,
      at: folder.appendingPathComponent("images.tokens"))
  }

  static func model(_ data: TokenStore, context: Int = 128, seed: UInt64 = 0) throws -> Llama {
    try Llama(
      LlamaConfiguration(
        vocabulary: data.tokenizer.count, hiddenSize: 32, intermediateSize: 48, layers: 2,
        heads: 4, keyValueHeads: 2, contextLength: context), seed: seed)
  }

  static func options(steps: Int, context: Int = 128) -> Trainer.Options {
    var options = Trainer.Options(
      budget: .steps(steps), context: context, learningRate: 1e-2)
    options.batch = 2
    return options
  }
}
