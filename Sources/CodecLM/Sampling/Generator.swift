public import Foundation

/// Writes new files with a trained model.
///
/// Streams are decoded in a batch; when one ends, the next takes its place. Each has its own random
/// numbers, addressed by (seed, prompt, number of the file, position), and its logits do not depend on
/// its company, so that file 7 is the same whether 8 or 800 are made.
///
/// The weights are made ready for decoding when files are first asked for, and kept for all that its copies
/// make: of a model that is trained meanwhile, they stay those of that moment.
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

  /// What changes the model's logits, in this order, before the grammar excludes what it does not allow and
  /// the sampling parameters have their effect.
  ///
  /// A stream of which processors and grammar together leave nothing to draw ends there.
  public var processors: [any LogitsProcessor] = []
  /// Asked after each drawn token whether its stream ends there, as it does when the context is full.
  public var stop: StopRule?
  /// Most tokens of one pass of the model, with partners at least 2; a prompt enters in passes of so many.
  package var rowsPerPass = LlamaDecoder.defaultRows

  /// The codec of the model's streams.
  public let codec: any Codec
  let pool: WorkerPool
  private let parts: GeneratorParts

  /// A generator with a checkpoint at hand.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public init(_ checkpoint: Checkpoint, pool: WorkerPool = .shared) throws {
    self.checkpoint = checkpoint
    self.pool = pool
    parts = GeneratorParts(checkpoint)
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
    let trie = parts.trie
    let grammar = isConstrained ? codec.makeGrammar() : nil
    let requests = GenerationRequests(
      beginnings: try prompts.map { try .init($0, grammar, trie) }, repetitions: count, seed: seed,
      processors: processors, sampling: sampling.processors(for: checkpoint.tokenizer), stop: stop)
    let slots = min(batch, requests.count) * requests.slotsPerFile
    let engine = try DecodingEngine<StreamConstraint>(
      parts.weights(weights, pool: pool),
      slots: min(max(requests.slotsPerFile, slots), rowsPerPass), rows: rowsPerPass,
      cache: cacheFormat, pool: pool)
    return Generation(self, engine, requests)
  }

  /// How keys and values are stored.
  var cacheFormat: CacheFormat {
    let isExact = weights == .f32 || weights == checkpoint.weightFormat
    return cache ?? (isExact ? .f32 : .f16)
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
