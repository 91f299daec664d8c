public import Foundation

/// Writes new files with a trained model.
///
/// Streams are decoded in a batch; when one ends, the next takes its place. Each has its own random
/// numbers, addressed by (seed, prompt, number of the file, position), and its logits do not depend on
/// its company, so that file 7 is the same whether 8 or 800 are made.
public struct Generator: Sendable {
  /// The model and what its tokens mean.
  public let checkpoint: Checkpoint
  /// Streams decoded at once.
  public var batch = 32
  /// Whether only tokens are drawn that the codec's grammar allows, so that every file is valid.
  ///
  /// A stream that has not ended when the context is full is filled up with as little as the format
  /// allows.
  public var isConstrained = true
  /// How decoding stores the weights: fewer bytes are read sooner, with more rounding.
  ///
  /// By default the checkpoint's ``Checkpoint/weightFormat``.
  public var weights: WeightFormat
  /// How decoding stores keys and values: a stream of n tokens takes 2 × layers × key/value width × n
  /// numbers.
  ///
  /// By default as exact as the weights: f16 where ``weights`` are rounded.
  public var cache: CacheFormat?

  /// The codec of the model's streams.
  public let codec: any Codec
  let pool: WorkerPool

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
  /// ```swift
  /// let files = try Generator(loading: run).generate(count: 8, sampling: SamplingParameters(topP: 0.9))
  /// while let file = try files.next() {
  ///   try file.write(to: folder)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - count: how many for each prompt.
  ///   - prompts: what the files begin with; by default one prompt, of nothing.
  ///   - sampling: how tokens are drawn.
  ///   - seed: equal seeds give equal files.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, ``GeneratorError/lossyTokenizer``, and
  ///   ``CodecError/notCanonical(offset:_:)`` for a prompt that the grammar does not allow.
  public func generate(
    count: Int, continuing prompts: [Prompt] = [.empty],
    sampling: SamplingParameters = SamplingParameters(),
    seed: UInt64 = 0
  ) throws -> GeneratedFiles {
    GeneratedFiles(
      try stream(count: count, continuing: prompts, sampling: sampling, seed: seed))
  }

  /// New files byte by byte, as they are decided.
  ///
  /// ```swift
  /// let events = try generator.stream(count: 1)
  /// while let event = try events.next() {
  ///   switch event {
  ///   case .bytes(let bytes, _): print(bytes.count, "bytes more")
  ///   case .file(let file): try file.write(to: folder)
  ///   }
  /// }
  /// ```
  ///
  /// Parameters and errors are those of ``generate(count:continuing:sampling:seed:)``.
  public func stream(
    count: Int, continuing prompts: [Prompt] = [.empty],
    sampling: SamplingParameters = SamplingParameters(),
    seed: UInt64 = 0
  ) throws -> Generation {
    guard checkpoint.tokenizer.isLossless else { throw GeneratorError.lossyTokenizer }
    let trie = TokenTrie(checkpoint.tokenizer)
    let grammar = isConstrained ? codec.makeGrammar() : nil
    let beginnings = try prompts.map {
      Generation.Beginning(
        try StreamConstraint(grammar, trie, prompt: $0),
        opening: [checkpoint.tokenizer.beginToken] + trie.opening)
    }
    let streams = min(batch, count * prompts.count, LlamaDecoder.rowsPerPass)
    let decoder = try LlamaDecoder(
      checkpoint.decoderWeights(format: weights, pool: pool), slots: max(1, streams),
      cache: cacheFormat, pool: pool)
    return Generation(self, decoder, beginnings, count: count, sampling: sampling, seed: seed)
  }

  /// How keys and values are stored.
  var cacheFormat: CacheFormat {
    let isExact = weights == .f32 || weights == checkpoint.weightFormat
    return cache ?? (isExact ? .f32 : .f16)
  }

  func file(
    _ id: GeneratedFile.ID, index: Int, _ tokens: [Int32], known: [UInt8], isEnded: Bool
  ) -> GeneratedFile {
    let written = tokens.flatMap { checkpoint.tokenizer.bytes(of: $0) }
    let isFilled = !isEnded && isConstrained
    let canonical = isFilled ? codec.completed(Prompt(bytes: written + known)) : written
    return GeneratedFile(
      id: id, index: index, canonical: canonical, written: written.count,
      result: isEnded || isFilled
        ? content(of: canonical) : .failure(.tooLong(tokens: tokens.count)),
      fileExtension: checkpoint.codec.fileExtension)
  }

  private func content(
    of canonical: [UInt8]
  ) -> Result<GeneratedFile.Content, GeneratedFile.Fault> {
    do {
      let content = try codec.content(of: canonical)
      return .success(
        .init(
          bytes: content.file, container: content.container, canonical: canonical, codec: codec))
    } catch {
      return .failure(.invalid(error))
    }
  }
}

/// Why nothing can be written.
public enum GeneratorError: Error, Equatable, CustomStringConvertible {
  /// A byte that may have to come next has no token.
  case lossyTokenizer

  /// One line.
  public var description: String {
    "the model's tokenizer has no token for some byte; sample with a model whose tokenizer has all"
  }
}

/// A file that a model wrote.
public struct GeneratedFile: Sendable {
  /// A file that decodes.
  ///
  /// It is kept compressed, as thousands may wait to be used.
  public struct Content: Sendable {
    /// The complete file.
    public let bytes: [UInt8]
    /// The same in a file for players that do not open the first, with its ending; `nil` for pictures.
    public let container: (file: [UInt8], fileExtension: String)?

    fileprivate let canonical: [UInt8]
    fileprivate let codec: any Codec

    /// What it shows, decoded now: of a picture one, of a video all.
    public var frames: [PixelImage] {
      get throws(CodecError) { try codec.frames(of: canonical) }
    }

    /// What it shows, decoded now, the frames of a video beside each other.
    public var picture: PixelImage {
      get throws(CodecError) { PixelImage(sideBySide: try frames) }
    }
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

  /// Which continuation of which prompt a file is.
  public struct ID: Sendable, Hashable {
    /// Place of the prompt, from 0.
    public let prompt: Int
    /// Number among the prompt's continuations, from 0.
    public let number: Int

    /// The stream of its random numbers.
    var address: UInt64 { UInt64(prompt) << 32 | UInt64(number) }
  }

  /// Which continuation of which prompt it is.
  public let id: ID
  /// Place in the order of generation, from 0: all continuations of the first prompt, then the next's.
  public let index: Int
  /// The stream.
  public let canonical: [UInt8]
  /// Bytes of the stream that are the prompt's or the model's; with those behind them it was filled up
  /// because the context was full.
  public let written: Int
  /// The file, or why it is none.
  public let result: Result<Content, Fault>

  let fileExtension: String

  /// The file's name: its index in five digits, or more if it has more.
  public var name: String { "\(index.padded(to: 5)).\(fileExtension)" }

  /// Whether the model wrote the stream to its end.
  public var isWhole: Bool { written == canonical.count }

  /// What the file shows, decoded now, if it decodes.
  public var picture: PixelImage? { try? result.get().picture }

  /// Whether the file decodes.
  public var isValid: Bool { if case .success = result { true } else { false } }

  /// Writes the file into a folder, which must exist, under its ``name``, and its ``Content/container``
  /// beside it.
  ///
  /// - Throws: ``Fault`` if it does not decode, ``FileError``.
  public func write(to folder: URL) throws { try write(to: folder, as: name) }

  /// Writes the file, and its ``Content/container`` beside it, into a folder, which must exist.
  ///
  /// - Throws: ``Fault`` if it does not decode, ``FileError``.
  public func write(to folder: URL, as name: String) throws {
    for file in try files(named: name) {
      try AtomicFile.write(file.bytes, to: folder.appendingPathComponent(file.name))
    }
  }

  /// The file under a name, and its ``Content/container`` with the ending of its own.
  ///
  /// - Throws: ``Fault`` if it does not decode.
  package func files(named name: String) throws(Fault) -> [(name: String, bytes: [UInt8])] {
    let content = try result.get()
    let copy = content.container.map { (name.replacingEnding(with: $0.fileExtension), $0.file) }
    return [(name, content.bytes)] + [copy].compactMap { $0 }
  }
}
