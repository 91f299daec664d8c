public import Foundation

/// A model with what its tokens mean: parameters, tokenizer and the codec's profile.
///
/// On disk it is a Hugging Face Llama folder (`config.json`, `model.safetensors`, `tokenizer.json`)
/// with the profile beside it (`codec.json`), and `generation_config.json` if it says how to draw.
/// Weights may also come as `pytorch_model.bin`, and either in several files with an index.
public struct Checkpoint: Sendable {
  /// The model's shape.
  public let configuration: LlamaConfiguration
  /// Bytes ↔ tokens.
  public let tokenizer: Tokenizer
  /// What the bytes are.
  public let codec: CodecProfile
  /// Whether the folder says nothing of a profile, so that ``codec`` is that of JPEG-LM's authors.
  package let assumesCodec: Bool
  /// How tokens are best drawn, if whoever made the model said so.
  public var sampling: SamplingParameters?
  /// The share of pictures that the model was kept from, if that is known; see `HeldOutSplit`.
  public var heldOutShare: Double?

  let weights: CheckpointWeights

  static let codecFile = "codec.json"
  static let weightsFile = "model.safetensors"

  /// A checkpoint of what is at hand.
  public init(_ model: Llama, _ tokenizer: Tokenizer, _ codec: CodecProfile) {
    configuration = model.configuration
    weights = CheckpointWeights(model)
    self.tokenizer = tokenizer
    self.codec = codec
    assumesCodec = false
  }

  /// Opens a folder: reads its descriptions and checks that its weights are all there, without keeping
  /// them in memory; files that have a checksum are read through for it.
  ///
  /// A stored head that differs from the embedding counts, whatever `tie_word_embeddings` says, as in
  /// transformers 5.
  ///
  /// - Throws: ``FileError`` that names the file which is missing or malformed,
  ///   ``LlamaConfigurationError``, ``NumericsError``.
  public init(_ folder: URL) throws {
    guard FolderListing.kind(of: folder.path) == .folder else {
      throw FileError.malformed(path: folder.path, reason: Fault.noFolder)
    }
    let described = try LlamaConfiguration(contentsOf: folder)
    (codec, assumesCodec) = try Self.codecOrAuthors(of: folder)
    tokenizer = try Tokenizer(contentsOf: folder)
    // Tokens beyond the tokenizer's fill a matrix up to a round size and are never drawn.
    guard described.vocabulary >= tokenizer.count else {
      throw FileError.malformed(
        path: folder.appendingPathComponent(LlamaConfiguration.fileName).path,
        reason: Fault.vocabulary(described.vocabulary, tokenizer: tokenizer.count))
    }
    sampling = try GenerationFile.sampling(of: folder)
    heldOutShare = try ModelSplit.share(of: folder)
    weights = try CheckpointWeights(ModelFiles(folder), described)
    configuration = weights.configuration
  }

  /// The model in single precision; that of an opened folder is read when it is first asked for, and
  /// kept.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, ``FileError`` that names a tensor of which a number
  ///   is not finite.
  public var model: Llama {
    get throws { try weights.model() }
  }

  /// The weights for decoding; those of an opened folder go from their files into panels one tensor
  /// after another, so that the whole model is never in memory a second time.
  ///
  /// - Parameters:
  ///   - format: by default ``weightFormat``.
  ///   - pool: threads that convert tensors.
  /// - Throws: as ``model``.
  package func decoderWeights(
    format: WeightFormat? = nil, pool: WorkerPool = .shared
  ) throws -> DecoderWeights {
    try weights.decoderWeights(format: format ?? weightFormat, pool: pool)
  }

  /// The smallest format that keeps every weight as it is stored: bf16 or f16 for a folder whose
  /// matrices are all BF16 or all F16, f32 otherwise.
  public var weightFormat: WeightFormat { weights.format }

  /// The profile of a folder's model, without opening the model.
  ///
  /// - Throws: ``FileError`` that names the file which is missing or malformed.
  package static func codec(of folder: URL) throws -> CodecProfile {
    let file = folder.appendingPathComponent(codecFile)
    do {
      return try JSONFile.read(CodecProfile.self, file)
    } catch let error as CodecError {
      throw FileError.malformed(path: file.path, reason: error)
    }
  }

  /// The profile, or that of JPEG-LM's authors for a folder like theirs, which has a SentencePiece
  /// model and nothing that says what the bytes are.
  static func codecOrAuthors(
    of folder: URL
  ) throws -> (codec: CodecProfile, isAssumed: Bool) {
    func isMissing(_ name: String) -> Bool {
      FolderListing.kind(of: folder.appendingPathComponent(name).path) == .missing
    }
    if isMissing(codecFile), !isMissing("tokenizer.model") {
      return (.authors, true)
    }
    return (try codec(of: folder), false)
  }

  /// Writes the folder, each file complete or not at all.
  ///
  /// - Throws: ``FileError``, ``NumericsError``.
  public func write(to folder: URL) throws {
    try writeDescription(to: folder)
    try writeWeights(to: folder.appendingPathComponent(Self.weightsFile))
  }

  /// The names of all that ``writeDescription(to:storage:)`` may write.
  package static let descriptionNames: Set<String> = Set(
    [LlamaConfiguration.fileName, codecFile, GenerationFile.name, ModelSplit.fileName]
      + Tokenizer.fileNames)

  /// Writes everything but the weights.
  package func writeDescription(to folder: URL, storage: ElementType = .float32) throws {
    try Folders.make(folder)
    try JSONFile.write(
      ModelDescription(configuration, tokenizer, storage),
      to: folder.appendingPathComponent(LlamaConfiguration.fileName))
    try JSONFile.write(codec, to: folder.appendingPathComponent(Self.codecFile))
    try tokenizer.write(to: folder)
    if let sampling {
      try JSONFile.write(
        GenerationFile.Contents(sampling, tokenizer),
        to: folder.appendingPathComponent(GenerationFile.name))
    }
    if let heldOutShare {
      try JSONFile.write(
        ModelSplit.Contents(share: heldOutShare),
        to: folder.appendingPathComponent(ModelSplit.fileName))
    }
  }

  package func writeWeights(to url: URL) throws {
    let model = try model
    try SafeTensors.write([("", model.parameters.buffer)], model.layout.buffer, to: url)
  }
}

/// What a `config.json` says: the model's shape, its special tokens and how its weights are stored.
private struct ModelDescription: Encodable {
  let configuration: LlamaConfiguration
  let tokenizer: Tokenizer
  let storage: ElementType

  private enum CodingKeys: String, CodingKey {
    case begin = "bos_token_id"
    case end = "eos_token_id"
    case storage = "torch_dtype"
  }

  init(_ configuration: LlamaConfiguration, _ tokenizer: Tokenizer, _ storage: ElementType) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.storage = storage
  }

  func encode(to encoder: any Encoder) throws {
    try configuration.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    // Left to their defaults, 1 and 2 would end what transformers generates.
    try fields.encode(tokenizer.beginToken, forKey: .begin)
    try fields.encode(tokenizer.endToken, forKey: .end)
    try fields.encode("\(storage)", forKey: .storage)
  }
}
