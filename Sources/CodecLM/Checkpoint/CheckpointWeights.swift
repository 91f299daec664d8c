import Synchronization

/// A checkpoint's weights: a model in memory, or the files one can be read from.
final class CheckpointWeights: Sendable {
  /// Where the weights are stored, unless they were never in a file.
  let files: ModelFiles?

  let layout: LlamaLayout

  /// The model's shape, as its weights have it.
  let configuration: LlamaConfiguration
  private let loaded: Mutex<Llama?>

  init(_ model: Llama) {
    configuration = model.configuration
    layout = model.layout
    files = nil
    loaded = Mutex(model)
  }

  /// Checks that the files hold every tensor of a configuration, and none that would change what it
  /// computes.
  ///
  /// - Throws: ``FileError``, ``LlamaConfigurationError``.
  init(_ files: ModelFiles, _ configuration: LlamaConfiguration) throws {
    // The layout lists every layer, and the configuration may claim any number of them.
    guard configuration.layers <= files.tensors.count else {
      throw FileError.malformed(
        path: files.path,
        reason: Checkpoint.Fault.tooFewTensors(
          files.tensors.count, layers: configuration.layers))
    }
    var configuration = configuration
    if configuration.tiesEmbeddings { try Self.untie(&configuration, files) }
    layout = LlamaLayout(configuration)
    var strangers = Set(files.tensors.keys)
    for region in layout.buffer.regions {
      _ = try files.tensor(region.name, shape: region.shape)
      strangers.remove(region.name)
    }
    let stranger = strangers.sorted().first { name in
      // Older transformers store the rotary frequencies; a tied head is the embedding again.
      !name.hasSuffix(".rotary_emb.inv_freq")
        && !(configuration.tiesEmbeddings && name == LlamaNames.head)
    }
    if let stranger {
      throw FileError.malformed(path: files.path, reason: Checkpoint.Fault.stranger(stranger))
    }
    self.files = files
    self.configuration = configuration
    loaded = Mutex(nil)
  }

  /// Takes a stored head for the model's own if it is not the embedding once more.
  private static func untie(
    _ configuration: inout LlamaConfiguration, _ files: ModelFiles
  ) throws {
    guard files.tensors[LlamaNames.head] != nil else { return }
    let shape = [configuration.vocabulary, configuration.hiddenSize]
    let embedding = try files.tensor(LlamaNames.embedding, shape: shape)
    configuration.tiesEmbeddings = try embedding.holdsNumbers(
      of: files.tensor(LlamaNames.head, shape: shape))
  }

  /// The types in which the matrices are stored.
  var storedTypes: Set<ElementType> {
    guard let files else { return [.float32] }
    return Set(
      layout.buffer.regions.filter { $0.shape.count > 1 }
        .compactMap { files.tensors[$0.name]?.type })
  }

  var format: WeightFormat {
    switch storedTypes {
    case [.float16]: .f16
    case [.bfloat16]: .bf16
    default: .f32
    }
  }

  func model() throws -> Llama {
    if let model = loaded.withLock({ $0 }) { return model }
    // Outside the lock, which must not be held while the pool's turn is waited for. Of two that read at the
    // same time the first stays.
    let read = try Llama(zero: configuration)
    for region in layout.buffer.regions {
      try load(region, into: read.parameters.buffer, at: region.offset)
    }
    return loaded.withLock { model in
      if let model { return model }
      model = read
      return read
    }
  }

  /// Calls `body` with one tensor in single precision.
  func withMatrix(_ region: BufferLayout.Region, _ body: (Matrix) throws -> Void) throws {
    if let model = loaded.withLock({ $0 }) {
      return try body(Matrix(model.parameters.buffer, region))
    }
    let matrix = try Matrix(rows: region.rows, columns: region.columns)
    try load(region, into: matrix.buffer)
    try body(matrix)
  }

  private func load(
    _ region: BufferLayout.Region, into buffer: FloatBuffer, at offset: Int = 0,
    pool: WorkerPool = .shared
  ) throws {
    guard let files else { preconditionFailure("neither a model nor files") }
    try files.loadFinite(region.name, shape: region.shape, into: buffer, at: offset, pool: pool)
  }

  func decoderWeights(format: WeightFormat, pool: WorkerPool) throws -> DecoderWeights {
    if let model = loaded.withLock({ $0 }) {
      return try DecoderWeights(model, format: format, pool: pool)
    }
    // One tensor in single precision at a time.
    let staging = try FloatBuffer(count: layout.buffer.regions.map(\.count).max() ?? 0)
    return try DecoderWeights(configuration, format: format, pool: pool) { name in
      guard let region = layout.buffer[name] else { preconditionFailure("no \(name)") }
      try load(region, into: staging, pool: pool)
      return Matrix(staging, rows: region.rows, columns: region.columns)
    }
  }
}
