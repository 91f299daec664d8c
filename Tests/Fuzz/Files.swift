@testable import CodecLM
import CodecLMEvaluation
import Foundation

extension FuzzTarget {
  static func safeTensors() -> FuzzTarget { file("a.safetensors") { readAll(try SafeTensors($0)) } }

  static func torch() -> FuzzTarget { file("a.pt") { readAll(try PyTorchFile($0)) } }

  static func statistics() -> FuzzTarget { file("a.npz") { _ = try StatisticsFile($0) } }

  /// Both tokenizer.json and SentencePiece's models.
  static func tokenizer() -> FuzzTarget {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * $0 * 31) }
    return FuzzTarget { file in
      guard let tokenizer = try? Tokenizer(TokenizerFile(file)) else { return }
      let tokens = tokenizer.encode(bytes)
      require(tokens.allSatisfy { $0 >= 0 && $0 < tokenizer.count }, "tokens are in range")
      if tokenizer.isLossless {
        require((try? tokenizer.decode(tokens)) == bytes, "tokens spell what they were made of")
      }
    }
  }

  /// A file that describes a checkpoint, in a folder where the others are right.
  static func description(_ name: String) -> FuzzTarget {
    let folder = scratchFolder()
    do {
      try Checkpoint(tinyModel(), .bytes, tinyProfile).write(to: folder)
    } catch {
      fatalError("\(error)")
    }
    let url = folder.appendingPathComponent(name)
    keepSeed(url)
    return FuzzTarget { bytes in
      write(bytes, to: url)
      guard let checkpoint = try? Checkpoint(folder) else { return }
      _ = try? checkpoint.decoderWeights()
      guard let codec = try? checkpoint.codec.makeCodec() else { return }
      _ = codec.makeGrammar().allowedBytes
    }
  }

  static func file(_ name: String, _ read: @escaping (URL) throws -> Void) -> FuzzTarget {
    let url = scratchFolder().appendingPathComponent(name)
    return FuzzTarget { bytes in
      write(bytes, to: url)
      try? read(url)
    }
  }

  static func write(_ bytes: [UInt8], to url: URL) {
    guard FileManager.default.createFile(atPath: url.path, contents: Data(bytes)) else {
      fatalError("\(url.path) cannot be written")
    }
  }

  static let tinyProfile = CodecProfile.jpeg(
    JPEGProfile(size: 8, quality: 25, subsampling: .grayscale, stream: .scan))

  static func tinyModel() throws -> Llama {
    try Llama(
      .init(
        vocabulary: Tokenizer.bytes.count, hiddenSize: 16, intermediateSize: 32, layers: 1,
        heads: 2, contextLength: 64), seed: 1)
  }

  private static func readAll(_ file: some TensorFile) {
    for tensor in file.tensors.values {
      _ = tensor.floats()
      _ = tensor.integers()
    }
  }
}
