public import Foundation

/// Writes new files with a trained model.
///
/// Streams are decoded in a batch; when one ends, the next takes its place. Each has its own random
/// numbers, addressed by (seed, index of the file, position), and its logits do not depend on its
/// company, so that file 7 is the same whether 8 or 800 are made.
public struct Generator: Sendable {
  /// The model and what its tokens mean.
  public let checkpoint: Checkpoint
  /// Streams decoded at once.
  public var batch = 32
  /// Whether only tokens are drawn that the codec's grammar allows, so that every file is valid.
  public var isConstrained = true
  /// How decoding stores the weights: fewer bytes are read sooner, with more rounding.
  ///
  /// By default the checkpoint's ``Checkpoint/weightFormat``.
  public var weights: WeightFormat

  let codec: any Codec
  private let pool: WorkerPool

  /// A generator with a checkpoint at hand.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public init(_ checkpoint: Checkpoint, pool: WorkerPool = .shared) throws {
    self.checkpoint = checkpoint
    self.pool = pool
    weights = checkpoint.weightFormat
    codec = try checkpoint.codec.makeCodec()
  }

  /// A generator with the checkpoint in a folder, for instance a training run's.
  ///
  /// - Throws: as ``Checkpoint/init(_:)-(URL)``.
  public init(loading folder: URL, pool: WorkerPool = .shared) throws {
    try self.init(try Checkpoint(folder), pool: pool)
  }

  /// New files, in the order of their indices, each made when it is asked for.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - sampling: how tokens are drawn.
  ///   - seed: equal seeds give equal files.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public func generate(
    count: Int, sampling: Sampling = Sampling(), seed: UInt64 = 0
  ) throws -> GeneratedFiles {
    let decoder = try LlamaDecoder(
      checkpoint.decoderWeights(format: weights, pool: pool),
      slots: max(1, min(batch, count, LlamaDecoder.rowsPerPass)), pool: pool)
    return GeneratedFiles(self, decoder, count: count, sampling: sampling, seed: seed)
  }

  func file(_ index: Int, _ tokens: [Int32], isEnded: Bool) -> GeneratedFile {
    let canonical = tokens.flatMap { checkpoint.tokenizer.bytes(of: $0) }
    return GeneratedFile(
      index: index, canonical: canonical,
      result: isEnded ? content(of: canonical) : .failure(.tooLong(tokens: tokens.count)),
      fileExtension: checkpoint.codec.fileExtension)
  }

  private func content(
    of canonical: [UInt8]
  ) -> Result<GeneratedFile.Content, GeneratedFile.Fault> {
    do {
      let picture = try codec.decode(canonical)
      return .success(.init(bytes: try codec.file(from: canonical), picture: picture))
    } catch {
      return .failure(.invalid(error))
    }
  }
}

/// A file that a model wrote.
public struct GeneratedFile: Sendable {
  /// A file that decodes.
  public struct Content: Sendable {
    /// The complete file.
    public let bytes: [UInt8]
    /// What it shows.
    public let picture: PixelImage
  }

  /// Why there is no valid file.
  public enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The stream had not ended when the context was full.
    case tooLong(tokens: Int)
    /// The stream does not decode.
    case invalid(CodecError)

    /// One line.
    public var description: String {
      switch self {
      case .tooLong(let tokens): "no end after \(tokens) tokens"
      case .invalid(let error): error.description
      }
    }
  }

  /// Place in the order of generation, from 0.
  public let index: Int
  /// The stream as the model wrote it.
  public let canonical: [UInt8]
  /// The file, or why it is none.
  public let result: Result<Content, Fault>

  let fileExtension: String

  /// The file's name: its index in five digits, or more if it has more.
  public var name: String { "\(index.padded(to: 5)).\(fileExtension)" }

  /// What the file shows, if it decodes.
  public var picture: PixelImage? { (try? result.get())?.picture }

  /// Writes the file into a folder, which must exist, under its ``name``.
  ///
  /// - Throws: ``Fault`` if it does not decode, ``FileError``.
  public func write(to folder: URL) throws {
    try AtomicFile.write(try result.get().bytes, to: folder.appendingPathComponent(name))
  }
}
