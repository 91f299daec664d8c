/// What a GGUF file of version 3 says of a Llama: metadata, then each tensor's name, shape, type and
/// place; the elements follow, each tensor at a multiple of ``alignment``.
///
/// llama.cpp turns neighbouring channels of a head where Hugging Face turns channel i of the first
/// half with channel i of the second, so the rows of query and key projections change places.
struct GGUF {
  struct Tensor {
    let name: String
    /// Hugging Face's name; empty for ``factors``.
    let source: String
    /// Outermost first.
    let shape: [Int]
    let type: ElementType
    /// The source's row that comes at this place.
    var row: (Int) -> Int = { $0 }
    /// Elements that are no weights of the model.
    var factors: [Float]?

    var bytes: Int { shape.reduce(type.bytes, *) }
  }

  static let alignment = 32

  /// The tensors in the order of the file.
  let tensors: [Tensor]
  /// Everything before the elements, not yet padded.
  let header: [UInt8]

  init(_ shape: LlamaConfiguration, _ tokenizer: Tokenizer, _ type: ElementType) {
    tensors = Self.tensors(shape, type)
    var metadata = Metadata()
    metadata.add("general.architecture", "llama")
    metadata.add("general.file_type", UInt32(type == .float32 ? 0 : 32))
    metadata.add("general.alignment", UInt32(Self.alignment))
    metadata.add("llama.vocab_size", UInt32(shape.vocabulary))
    metadata.add("llama.context_length", UInt32(shape.contextLength))
    metadata.add("llama.embedding_length", UInt32(shape.hiddenSize))
    metadata.add("llama.block_count", UInt32(shape.layers))
    metadata.add("llama.feed_forward_length", UInt32(shape.intermediateSize))
    metadata.add("llama.attention.head_count", UInt32(shape.heads))
    metadata.add("llama.attention.head_count_kv", UInt32(shape.keyValueHeads))
    metadata.add("llama.attention.key_length", UInt32(shape.headDimension))
    metadata.add("llama.attention.value_length", UInt32(shape.headDimension))
    metadata.add("llama.attention.layer_norm_rms_epsilon", shape.rmsNormEpsilon)
    metadata.add("llama.rope.dimension_count", UInt32(shape.headDimension))
    metadata.add("llama.rope.freq_base", Float(shape.ropeTheta))
    if case .linear(let factor) = shape.ropeScaling {
      metadata.add("llama.rope.scaling.type", "linear")
      metadata.add("llama.rope.scaling.factor", Float(factor))
    }
    metadata.add("tokenizer.ggml.model", "no_vocab")
    metadata.add("tokenizer.ggml.bos_token_id", UInt32(tokenizer.beginToken))
    metadata.add("tokenizer.ggml.eos_token_id", UInt32(tokenizer.endToken))

    var bytes = Array("GGUF".utf8)
    bytes.append(littleEndian: UInt32(3))
    bytes.append(littleEndian: UInt64(tensors.count))
    bytes.append(littleEndian: UInt64(metadata.count))
    bytes += metadata.bytes
    var place = 0
    for tensor in tensors {
      bytes.append(text: tensor.name)
      bytes.append(littleEndian: UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { bytes.append(littleEndian: UInt64(size)) }
      bytes.append(littleEndian: UInt32(tensor.type == .float32 ? 0 : 30))
      bytes.append(littleEndian: UInt64(place))
      place += (tensor.bytes + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    header = bytes
  }

  /// llama.cpp's names of the tensors, by Hugging Face's; those of a layer without its number.
  private static let names = [
    "embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
  ]

  private static func tensors(_ shape: LlamaConfiguration, _ type: ElementType) -> [Tensor] {
    let half = shape.headDimension / 2
    var tensors = LlamaLayout(shape).buffer.regions.map { region in
      // model.layers.7.mlp.up_proj.weight, model.norm.weight, lm_head.weight
      var parts = region.name.split(separator: ".").dropLast()
      let layer = parts.count > 3 ? parts[2] : nil
      if layer != nil { parts = parts.dropFirst(3) } else { parts = parts.suffix(1) }
      guard let name = names[parts.joined(separator: ".")] else {
        preconditionFailure("llama.cpp has no name for \(region.name)")
      }
      var tensor = Tensor(
        name: (layer.map { "blk.\($0)." } ?? "") + "\(name).weight", source: region.name,
        shape: region.shape, type: region.shape.count == 1 ? .float32 : type)
      if name == "attn_q" || name == "attn_k" {
        tensor.row = { row in
          let (head, channel) = row.quotientAndRemainder(dividingBy: 2 * half)
          return head * 2 * half + channel % 2 * half + channel / 2
        }
      }
      return tensor
    }
    if let factors = frequencyFactors(shape) {
      tensors.append(
        Tensor(
          name: "rope_freqs.weight", source: "", shape: [half], type: .float32, factors: factors))
    }
    return tensors
  }

  /// What llama.cpp divides each frequency by, for Llama 3's scaling.
  private static func frequencyFactors(_ shape: LlamaConfiguration) -> [Float]? {
    guard let scaling = shape.ropeScaling, case .llama3 = scaling else { return nil }
    return RotaryEmbedding.frequencies(shape, scaled: false).map {
      Float($0 / scaling.frequency($0))
    }
  }
}

/// Keys and values of a GGUF file, each with the number of its type.
private struct Metadata {
  private(set) var count = 0
  private(set) var bytes: [UInt8] = []

  mutating func add(_ key: String, _ value: String) {
    begin(key, type: 8)
    bytes.append(text: value)
  }

  mutating func add(_ key: String, _ value: UInt32) {
    begin(key, type: 4)
    bytes.append(littleEndian: value)
  }

  mutating func add(_ key: String, _ value: Float) {
    begin(key, type: 6)
    bytes.append(littleEndian: value.bitPattern)
  }

  private mutating func begin(_ key: String, type: UInt32) {
    count += 1
    bytes.append(text: key)
    bytes.append(littleEndian: type)
  }
}

extension [UInt8] {
  /// Appends a text behind its length.
  fileprivate mutating func append(text: String) {
    append(littleEndian: UInt64(text.utf8.count))
    self += Array(text.utf8)
  }
}
