/// The object `rope_scaling` or `rope_parameters` of a `config.json`.
struct RopeParameters: Codable {
  var theta: Double?
  var scaling: RopeScaling?
  /// Whether the object says nothing.
  var isEmpty = false

  private enum CodingKeys: String, CodingKey {
    case theta = "rope_theta"
    case type = "rope_type"
    case oldType = "type"
    case factor
    case lowFrequencyFactor = "low_freq_factor"
    case highFrequencyFactor = "high_freq_factor"
    case originalContextLength = "original_max_position_embeddings"
    case rotatedShare = "partial_rotary_factor"
  }

  init(scaling: RopeScaling) {
    self.scaling = scaling
  }

  /// - Throws: ``LlamaConfigurationError`` that names a kind of scaling that is not supported.
  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    isEmpty = fields.allKeys.isEmpty
    theta = try fields.decodeIfPresent(Double.self, forKey: .theta)
    let share = try fields.decodeIfPresent(Double.self, forKey: .rotatedShare)
    if let share, share != 1 {
      throw LlamaConfigurationError.unsupported(
        field: CodingKeys.rotatedShare.rawValue, value: "\(share)")
    }
    let type =
      try fields.decodeIfPresent(String.self, forKey: .type)
      ?? fields.decodeIfPresent(String.self, forKey: .oldType) ?? "default"
    switch type {
    case "default": scaling = nil
    case "linear": scaling = .linear(factor: try fields.decode(Double.self, forKey: .factor))
    case "llama3":
      scaling = .llama3(
        .init(
          factor: try fields.decode(Double.self, forKey: .factor),
          lowFrequencyFactor: try fields.decode(Double.self, forKey: .lowFrequencyFactor),
          highFrequencyFactor: try fields.decode(Double.self, forKey: .highFrequencyFactor),
          originalContextLength: try fields.decode(Int.self, forKey: .originalContextLength)))
    default:
      let path = decoder.codingPath.map(\.stringValue) + [CodingKeys.type.rawValue]
      throw LlamaConfigurationError.unsupported(
        field: path.joined(separator: "."), value: type)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch scaling {
    case nil: try fields.encode("default", forKey: .type)
    case .linear(let factor):
      try fields.encode("linear", forKey: .type)
      try fields.encode(factor, forKey: .factor)
    case .llama3(let scaling):
      try fields.encode("llama3", forKey: .type)
      try fields.encode(scaling.factor, forKey: .factor)
      try fields.encode(scaling.lowFrequencyFactor, forKey: .lowFrequencyFactor)
      try fields.encode(scaling.highFrequencyFactor, forKey: .highFrequencyFactor)
      try fields.encode(scaling.originalContextLength, forKey: .originalContextLength)
    }
  }
}
