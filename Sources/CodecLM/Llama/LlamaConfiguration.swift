/// Shape of a Llama: the fields of Hugging Face's `config.json` that change the mathematics.
public struct LlamaConfiguration: Sendable, Hashable {
  /// Number of token ids (`vocab_size`).
  public var vocabulary: Int
  /// Width of the residual stream (`hidden_size`).
  public var hiddenSize: Int
  /// Width inside the feed-forward layers (`intermediate_size`).
  public var intermediateSize: Int
  /// Number of layers (`num_hidden_layers`).
  public var layers: Int
  /// Number of query heads (`num_attention_heads`).
  public var heads: Int
  /// Number of key and value heads, a divisor of `heads` (`num_key_value_heads`).
  public var keyValueHeads: Int
  /// Channels of one head, even (`head_dim`).
  public var headDimension: Int
  /// Positions the model is made for (`max_position_embeddings`).
  public var contextLength: Int
  /// Base of the rotary embedding's wavelengths (`rope_theta`).
  public var ropeTheta: Double
  /// How these wavelengths are stretched, if they are (`rope_scaling`).
  public var ropeScaling: RopeScaling?
  /// ε under the root of each normalisation (`rms_norm_eps`).
  public var rmsNormEpsilon: Float
  /// Whether the output projection is the embedding itself (`tie_word_embeddings`).
  public var tiesEmbeddings: Bool

  /// A configuration; the optional values follow Llama's practice.
  ///
  /// - Parameters:
  ///   - vocabulary: number of tokens.
  ///   - hiddenSize: channels.
  ///   - intermediateSize: channels inside the feed-forward layers.
  ///   - layers: transformer blocks.
  ///   - heads: query heads.
  ///   - keyValueHeads: `heads` by default, that is plain multi-head attention.
  ///   - headDimension: `hiddenSize / heads` by default.
  ///   - contextLength: the most positions.
  ///   - ropeTheta: base of the rotary embeddings' wavelengths.
  ///   - ropeScaling: how wavelengths are stretched for long contexts, if they are.
  ///   - rmsNormEpsilon: added to the mean square.
  ///   - tiesEmbeddings: whether the output's matrix is that of the input.
  public init(
    vocabulary: Int, hiddenSize: Int, intermediateSize: Int, layers: Int, heads: Int,
    keyValueHeads: Int? = nil, headDimension: Int? = nil, contextLength: Int,
    ropeTheta: Double = 10_000, ropeScaling: RopeScaling? = nil, rmsNormEpsilon: Float = 1e-5,
    tiesEmbeddings: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headDimension = headDimension ?? hiddenSize / max(heads, 1)
    self.contextLength = contextLength
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.rmsNormEpsilon = rmsNormEpsilon
    self.tiesEmbeddings = tiesEmbeddings
  }

  /// Channels of all query heads.
  package var queryWidth: Int { heads * headDimension }
  /// Channels of all key (or value) heads.
  package var keyValueWidth: Int { keyValueHeads * headDimension }

  /// Number of trained numbers.
  public var parameterCount: Int {
    func count(layers: Int) -> Int {
      var shape = self
      shape.layers = layers
      return LlamaLayout(shape).buffer.regions.reduce(0) { $0 + $1.count }
    }
    let others = count(layers: 0)
    return others + layers * (count(layers: 1) - others)
  }

  /// Floating-point operations of training on one token: six a weight in the matrix products, and
  /// attention's products at half of `context` positions, forward once and backward twice.
  package func trainingOperations(context: Int) -> Double {
    let products = parameterCount - (tiesEmbeddings ? 0 : vocabulary * hiddenSize)
    return 6 * Double(products) + 6 * Double(layers * queryWidth * context)
  }

  /// Checks that the fields fit each other.
  ///
  /// - Throws: ``LlamaConfigurationError``.
  public func validate() throws {
    let positive = [
      ("vocab_size", vocabulary), ("hidden_size", hiddenSize),
      ("intermediate_size", intermediateSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads),
      ("head_dim", headDimension), ("max_position_embeddings", contextLength),
    ]
    for (field, value) in positive where !(1...(1 << 24)).contains(value) {
      throw LlamaConfigurationError.outOfRange(field: field, value: "\(value)")
    }
    // The counts below multiply these sizes, and a file may say anything.
    let perLayer =
      Double(hiddenSize) * (2 * Double(heads) + 2 * Double(keyValueHeads)) * Double(headDimension)
      + 3 * Double(hiddenSize) * Double(intermediateSize)
    if layers > 1 << 12 || Double(layers) * perLayer > 0x1p40 {
      throw LlamaConfigurationError.outOfRange(
        field: "num_hidden_layers", value: "\(layers), at \(perLayer) parameters each")
    }
    if heads % keyValueHeads != 0 {
      throw LlamaConfigurationError.outOfRange(
        field: "num_key_value_heads", value: "\(keyValueHeads), no divisor of \(heads) heads")
    }
    if headDimension % 2 != 0 {
      throw LlamaConfigurationError.outOfRange(field: "head_dim", value: "\(headDimension), odd")
    }
    if !(ropeTheta > 0 && ropeTheta.isFinite) {
      throw LlamaConfigurationError.outOfRange(field: "rope_theta", value: "\(ropeTheta)")
    }
    try ropeScaling?.validate()
    if !(rmsNormEpsilon > 0 && rmsNormEpsilon.isFinite) {
      throw LlamaConfigurationError.outOfRange(field: "rms_norm_eps", value: "\(rmsNormEpsilon)")
    }
  }
}

/// Why a configuration cannot be used.
public enum LlamaConfigurationError: Error, Equatable, CustomStringConvertible {
  /// A field contradicts another or leaves the range that makes sense.
  case outOfRange(field: String, value: String)
  /// A field asks for mathematics that this implementation does not have.
  case unsupported(field: String, value: String)

  /// One line that names the field.
  public var description: String {
    switch self {
    case .outOfRange(let field, let value): "model configuration: \(field) is \(value)"
    case .unsupported(let field, let value):
      "model configuration: \(field) = \(value) is not supported"
    }
  }
}
