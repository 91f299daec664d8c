import CodecLM
import Foundation
import Testing

@Suite struct LlamaConfigurationTests {
  static let json = """
    {"model_type": "llama", "vocab_size": 320, "hidden_size": 48, "intermediate_size": 130,
     "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
     "max_position_embeddings": 77, "rope_theta": 50000.0, "rms_norm_eps": 1e-05,
     "tie_word_embeddings": true, "hidden_act": "silu", "rope_scaling": null,
     "attention_bias": false, "torch_dtype": "float16", "pretraining_tp": 1}
    """

  /// Decodes the JSON above, with some fields replaced.
  static func decode(_ changes: [String: Any] = [:]) throws -> LlamaConfiguration {
    let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8))
    var fields = try #require(parsed as? [String: Any])
    fields.merge(changes) { $1 }
    let data = try JSONSerialization.data(withJSONObject: fields)
    return try JSONDecoder().decode(LlamaConfiguration.self, from: data)
  }

  @Test func `fields stand under Hugging Face's names`() throws {
    let expected = LlamaConfiguration(
      vocabulary: 320, hiddenSize: 48, intermediateSize: 130, layers: 3, heads: 4,
      keyValueHeads: 2, headDimension: 16, contextLength: 77, ropeTheta: 50_000,
      rmsNormEpsilon: 1e-5, tiesEmbeddings: true)
    #expect(try Self.decode() == expected)
    #expect(expected.queryWidth == 64 && expected.keyValueWidth == 32)
  }

  @Test func `absent fields have Hugging Face's defaults`() throws {
    let json = """
      {"vocab_size": 5, "hidden_size": 8, "intermediate_size": 9, "num_hidden_layers": 1,
       "num_attention_heads": 2}
      """
    let read = try JSONDecoder().decode(LlamaConfiguration.self, from: Data(json.utf8))
    #expect(read.keyValueHeads == 2 && read.headDimension == 4 && read.contextLength == 2_048)
    #expect(read.ropeTheta == 10_000 && read.rmsNormEpsilon == 1e-6 && !read.tiesEmbeddings)
  }

  @Test func `what is written is read back`() throws {
    for configuration in [try Self.decode(), .preset(.paper, vocabulary: 7, contextLength: 9)] {
      let data = try JSONEncoder().encode(configuration)
      #expect(try JSONDecoder().decode(LlamaConfiguration.self, from: data) == configuration)
    }
  }

  @Test func `what is written names the architecture`() throws {
    let data = try JSONEncoder().encode(try Self.decode())
    let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(fields["architectures"] as? [String] == ["LlamaForCausalLM"])
    #expect(fields["model_type"] as? String == "llama")
    #expect(fields["hidden_act"] as? String == "silu")
  }

  @Test func `unsupported mathematics is refused by name`() {
    let cases: [(field: String, change: Any, value: String)] = [
      ("attention_bias", true, "true"), ("mlp_bias", true, "true"),
      ("hidden_act", "gelu", "gelu"), ("model_type", "gpt2", "gpt2"),
      ("sliding_window", 512, "a value"), ("partial_rotary_factor", 0.5, "0.5"),
      ("quantization_config", ["bits": 4], "a value"),
      ("architectures", ["LlamaForSequenceClassification"], "LlamaForSequenceClassification"),
    ]
    for (field, change, value) in cases {
      #expect(throws: LlamaConfigurationError.unsupported(field: field, value: value)) {
        try Self.decode([field: change])
      }
    }
    for (key, type) in [("rope_scaling", "type"), ("rope_parameters", "rope_type")] {
      for kind in ["dynamic", "yarn", "longrope", "new"] {
        let error = LlamaConfigurationError.unsupported(field: "\(key).rope_type", value: kind)
        #expect(throws: error) { try Self.decode([key: [type: kind, "factor": 8]]) }
      }
    }
  }

  @Test func `both keys for the rotary embedding's scaling are read, and written`() throws {
    let llama3: [String: Any] = [
      "rope_type": "llama3", "factor": 4, "low_freq_factor": 1, "high_freq_factor": 3,
      "original_max_position_embeddings": 32,
    ]
    let scaling = RopeScaling.llama3(
      .init(
        factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 3, originalContextLength: 32))
    let cases: [(String, [String: Any], RopeScaling?)] = [
      ("rope_scaling", ["type": "linear", "factor": 2.5], .linear(factor: 2.5)),
      ("rope_scaling", llama3, scaling), ("rope_parameters", llama3, scaling),
      ("rope_parameters", ["rope_type": "default", "rope_theta": 7], nil),
    ]
    for (key, value, expected) in cases {
      let configuration = try Self.decode([key: value])
      #expect(configuration.ropeScaling == expected)
      let again = try JSONDecoder().decode(
        LlamaConfiguration.self, from: try JSONEncoder().encode(configuration))
      #expect(again == configuration)
    }
    let theta = try Self.decode([
      "rope_theta": NSNull(), "rope_parameters": ["rope_type": "default", "rope_theta": 7],
    ])
    #expect(theta.ropeTheta == 7)
  }

  // What LlamaConfig.from_dict of transformers 5.24 makes of them.
  @Test func `a configuration that contradicts itself is read as transformers does`() throws {
    let (two, four) = (["type": "linear", "factor": 2.0], ["rope_type": "linear", "factor": 4.0])
    let cases: [([String: Any], theta: Double, factor: Double?)] = [
      (["rope_parameters": ["rope_type": "default", "rope_theta": 7.0]], 7, nil),
      (["rope_scaling": two.merging(["rope_theta": 7.0] as [String: Any]) { $1 }], 7, 2),
      (["rope_scaling": two, "rope_parameters": four], 50_000, 2),
      (
        [
          "rope_scaling": two,
          "rope_parameters": four.merging(["rope_theta": 7.0] as [String: Any]) { $1 },
        ], 50_000, 2
      ),
      (["rope_scaling": [String: Any](), "rope_parameters": four], 50_000, 4),
      (["rope_scaling": NSNull(), "rope_parameters": four], 50_000, 4),
      (["rope_scaling": ["type": "linear", "rope_type": "default", "factor": 2.0]], 50_000, nil),
    ]
    for (changes, theta, factor) in cases {
      let read = try Self.decode(changes)
      #expect(read.ropeTheta == theta, "\(changes)")
      #expect(read.ropeScaling == factor.map { .linear(factor: $0) }, "\(changes)")
    }
  }

  @Test func `a scaling that makes no sense is refused by name`() {
    let good: [String: Any] = [
      "rope_type": "llama3", "factor": 4, "low_freq_factor": 1, "high_freq_factor": 3,
      "original_max_position_embeddings": 32,
    ]
    let cases: [(String, Any)] = [
      ("factor", 0.5), ("low_freq_factor", 0), ("high_freq_factor", 1),
      ("original_max_position_embeddings", 0), ("original_max_position_embeddings", 1 << 40),
    ]
    for (field, value) in cases {
      let changed = good.merging([field: value]) { $1 }
      #expect(Self.refusedField(["rope_scaling": changed]) == "rope_scaling.\(field)", "\(value)")
    }
  }

  static func refusedField(_ changes: [String: Any]) -> String? {
    do {
      _ = try decode(changes)
    } catch LlamaConfigurationError.outOfRange(let field, _) {
      return field
    } catch {
      Issue.record(error)
    }
    return nil
  }

  @Test func `sizes that make no sense are refused by name`() {
    let cases: [(String, Any)] = [
      ("num_key_value_heads", 3), ("num_key_value_heads", 0), ("num_key_value_heads", 8),
      ("head_dim", 15), ("hidden_size", 0), ("hidden_size", -48), ("vocab_size", 1 << 40),
      ("num_hidden_layers", Int.max), ("num_attention_heads", 0), ("intermediate_size", 0),
      ("max_position_embeddings", 0), ("rope_theta", 0), ("rope_theta", -1.0),
      ("rms_norm_eps", 0),
    ]
    for (field, value) in cases {
      #expect(Self.refusedField([field: value]) == field, "\(value)")
    }
  }

  @Test func `sizes that only together are absurd are refused`() {
    let large = 1 << 24
    let changes: [[String: Any]] = [
      ["hidden_size": large, "intermediate_size": large, "num_hidden_layers": large],
      ["num_attention_heads": large, "num_key_value_heads": large, "head_dim": large],
      ["num_hidden_layers": large],
    ]
    for change in changes { #expect(Self.refusedField(change) == "num_hidden_layers") }
  }

  // The sizes that the presets' documentation promises, for the vocabularies they are made for.
  @Test(
    arguments: [
      (.nano, 320, 0.5e6), (.tiny, 320, 1.07e6), (.mini, 320, 2.3e6), (.micro, 320, 5e6),
      (.small, 320, 25e6),
      (.base, 320, 110e6), (.paper, 32_000, 6.74e9),
    ] as [(LlamaConfiguration.Preset, Int, Double)])
  func `presets have the documented sizes`(
    preset: LlamaConfiguration.Preset, vocabulary: Int, parameters: Double
  ) throws {
    let configuration = LlamaConfiguration.preset(
      preset, vocabulary: vocabulary, contextLength: 1_024)
    try configuration.validate()
    #expect(abs(Double(configuration.parameterCount) / parameters - 1) < 0.05)
  }

  @Test func `more time chooses a larger model, never one past small`() {
    let widths = [0.1, 10, 60, 600, 6_000, 1e9].map { minutes in
      LlamaConfiguration.preset(
        vocabulary: 1_024, contextLength: 512, batchTokens: 2_048, seconds: 60 * minutes,
        rate: 2e11
      ).hiddenSize
    }
    #expect(widths == widths.sorted())
    #expect(widths.first == 96 && widths.last == 512)
    #expect(Set(widths).count > 3)
  }

  @Test func `the parameter count is that of the tensors`() throws {
    for tied in [false, true] {
      let configuration = LlamaGradientTests.tiny(tied: tied)
      let layout = LlamaLayout(configuration)
      #expect(configuration.parameterCount == layout.buffer.regions.map(\.count).reduce(0, +))
    }
  }
}
