public import Foundation

extension LlamaConfiguration: Codable {
  private enum CodingKeys: String, CodingKey {
    case architectures
    case modelType = "model_type"
    case vocabulary = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case keyValueHeads = "num_key_value_heads"
    case headDimension = "head_dim"
    case contextLength = "max_position_embeddings"
    case ropeTheta = "rope_theta"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case rmsNormEpsilon = "rms_norm_eps"
    case tiesEmbeddings = "tie_word_embeddings"
    case activation = "hidden_act"
    case attentionBias = "attention_bias"
    case feedForwardBias = "mlp_bias"
    case rotatedShare = "partial_rotary_factor"
    case slidingWindow = "sliding_window"
    case quantization = "quantization_config"
  }

  /// Reads a Hugging Face `config.json`.
  ///
  /// Fields that do not change the mathematics are passed over.
  ///
  /// - Throws: ``LlamaConfigurationError`` for a field that asks for what is not supported, or a
  ///   `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, unless expected: String) throws {
      if let value = try fields.decodeIfPresent(String.self, forKey: key), value != expected {
        throw LlamaConfigurationError.unsupported(field: key.rawValue, value: value)
      }
    }
    try refuse(.modelType, unless: "llama")
    // "swish" is the same function by its other name.
    if try fields.decodeIfPresent(String.self, forKey: .activation) != "swish" {
      try refuse(.activation, unless: "silu")
    }
    let architectures = try fields.decodeIfPresent([String].self, forKey: .architectures) ?? []
    if let other = architectures.first(where: { $0 != "LlamaForCausalLM" }) {
      throw LlamaConfigurationError.unsupported(
        field: CodingKeys.architectures.rawValue, value: other)
    }
    for key in [CodingKeys.attentionBias, .feedForwardBias]
    where try fields.decodeIfPresent(Bool.self, forKey: key) == true {
      throw LlamaConfigurationError.unsupported(field: key.rawValue, value: "true")
    }
    for key in [CodingKeys.slidingWindow, .quantization]
    where try fields.contains(key) && !fields.decodeNil(forKey: key) {
      throw LlamaConfigurationError.unsupported(field: key.rawValue, value: "a value")
    }
    if let share = try fields.decodeIfPresent(Double.self, forKey: .rotatedShare), share != 1 {
      throw LlamaConfigurationError.unsupported(
        field: CodingKeys.rotatedShare.rawValue, value: "\(share)")
    }
    // Where they contradict each other, the older key counts before the newer one, unless it is
    // empty, and what either says of the base before what stands outside, as in transformers 5.
    let rope = try [CodingKeys.ropeScaling, .ropeParameters].lazy
      .compactMap { try fields.decodeIfPresent(RopeParameters.self, forKey: $0) }
      .first { !$0.isEmpty }
    self.init(
      vocabulary: try fields.decode(Int.self, forKey: .vocabulary),
      hiddenSize: try fields.decode(Int.self, forKey: .hiddenSize),
      intermediateSize: try fields.decode(Int.self, forKey: .intermediateSize),
      layers: try fields.decode(Int.self, forKey: .layers),
      heads: try fields.decode(Int.self, forKey: .heads),
      keyValueHeads: try fields.decodeIfPresent(Int.self, forKey: .keyValueHeads),
      headDimension: try fields.decodeIfPresent(Int.self, forKey: .headDimension),
      contextLength: try fields.decodeIfPresent(Int.self, forKey: .contextLength) ?? 2_048,
      ropeTheta: try rope?.theta ?? fields.decodeIfPresent(Double.self, forKey: .ropeTheta)
        ?? 10_000,
      ropeScaling: rope?.scaling,
      rmsNormEpsilon: try fields.decodeIfPresent(Float.self, forKey: .rmsNormEpsilon) ?? 1e-6,
      tiesEmbeddings: try fields.decodeIfPresent(Bool.self, forKey: .tiesEmbeddings) ?? false)
    try validate()
  }

  /// Writes a `config.json` that Hugging Face's `LlamaForCausalLM` reads.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(["LlamaForCausalLM"], forKey: .architectures)
    try fields.encode("llama", forKey: .modelType)
    try fields.encode(vocabulary, forKey: .vocabulary)
    try fields.encode(hiddenSize, forKey: .hiddenSize)
    try fields.encode(intermediateSize, forKey: .intermediateSize)
    try fields.encode(layers, forKey: .layers)
    try fields.encode(heads, forKey: .heads)
    try fields.encode(keyValueHeads, forKey: .keyValueHeads)
    try fields.encode(headDimension, forKey: .headDimension)
    try fields.encode(contextLength, forKey: .contextLength)
    try fields.encode(ropeTheta, forKey: .ropeTheta)
    try fields.encode(ropeScaling.map(RopeParameters.init(scaling:)), forKey: .ropeScaling)
    try fields.encode(Double("\(rmsNormEpsilon)"), forKey: .rmsNormEpsilon)
    try fields.encode(tiesEmbeddings, forKey: .tiesEmbeddings)
    try fields.encode("silu", forKey: .activation)
    try fields.encode(false, forKey: .attentionBias)
    try fields.encode(false, forKey: .feedForwardBias)
  }

  static let fileName = "config.json"

  /// Reads a configuration.
  ///
  /// - Parameter url: a JSON file, or a folder that holds a `config.json`.
  /// - Throws: ``FileError`` that names the file, ``LlamaConfigurationError``.
  public init(contentsOf url: URL) throws {
    let isFolder = FolderListing.kind(of: url.path) == .folder
    self = try JSONFile.read(
      LlamaConfiguration.self, isFolder ? url.appendingPathComponent(Self.fileName) : url)
  }
}
