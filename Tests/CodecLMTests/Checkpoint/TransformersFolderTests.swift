import CodecLM
import Foundation
import TestSupport
import Testing

/// Folders that transformers and torch wrote, against what transformers computes there
/// (Scripts/fixtures/make-checkpoints.py).
@Suite struct TransformersFolderTests {
  /// Both sides are float32; logits reach 20.
  static let tolerance: Float = 1e-4
  static let folders = ["sharded-bf16", "bin-f32", "bin-sharded-f16"]

  /// A fixture's model, with the byte tokenizer and a profile that its vocabulary is made for.
  private func withCheckpoint(
    _ name: String, _ body: (Checkpoint, URL, SafeTensors) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let copy = folder.appendingPathComponent("model")
      try Self.copy(name, to: copy)
      let reference = try SafeTensors(
        Fixtures.url("checkpoints/\(name)/reference.safetensors"))
      try body(try Checkpoint(copy), copy, reference)
    }
  }

  private static func copy(_ name: String, to folder: URL) throws {
    try FileManager.default.copyItem(at: try Fixtures.url("checkpoints/\(name)"), to: folder)
    try Tokenizer.bytes.write(to: folder)
    try JSONEncoder().encode(TestImages.profile())
      .write(to: folder.appendingPathComponent("codec.json"))
  }

  private func check(_ logits: [Float], _ expected: [Float]) {
    #expect(logits.count == expected.count)
    let worst = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < Self.tolerance)
  }

  @Test(arguments: folders)
  func `logits and 200 greedy tokens are those of transformers`(name: String) throws {
    try withCheckpoint(name) { checkpoint, _, reference in
      let tokens = try #require(reference.integers("tokens")).map { Int32($0) }
      let logits = try #require(reference.floats("logits"))
      // The weights straight from the files, before the model itself is read.
      let weights = try checkpoint.decoderWeights(format: .f32)
      var decoder = try LlamaDecoder(weights, slots: 1)
      check(try decoder.advance(tokens.map { .init(slot: 0, token: $0) }).elements, logits)

      let graph = try LlamaGraph(try checkpoint.model, capacity: tokens.count)
      check(graph.logits(tokens: tokens, segments: [0..<tokens.count]).elements, logits)

      decoder.reset(slot: 0)
      var last = try decoder.advance(tokens.prefix(3).map { .init(slot: 0, token: $0) })
      for (index, token) in try #require(reference.integers("greedy")).enumerated() {
        let row = last.rows(last.rows - 1..<last.rows).elements
        #expect(row.indices.max { row[$0] < row[$1] } == token, "token \(index)")
        last = try decoder.advance([.init(slot: 0, token: Int32(token))])
      }
    }
  }

  @Test(arguments: [("sharded-bf16", WeightFormat.bf16), ("bin-sharded-f16", .f16)])
  func `weights stored in half precision lose nothing in panels of it`(
    name: String, format: WeightFormat
  ) throws {
    try withCheckpoint(name) { checkpoint, _, reference in
      #expect(checkpoint.weightFormat == format)
      let tokens = try #require(reference.integers("tokens")).map { Int32($0) }
      var decoder = try LlamaDecoder(try checkpoint.decoderWeights(), slots: 1)
      check(
        try decoder.advance(tokens.map { .init(slot: 0, token: $0) }).elements,
        try #require(reference.floats("logits")))
    }
  }

  @Test(arguments: folders, Checkpoint.Storage.allCases)
  func `a copy holds the same model`(name: String, storage: Checkpoint.Storage) throws {
    try withCheckpoint(name) { checkpoint, folder, _ in
      let out = folder.deletingLastPathComponent().appendingPathComponent("out")
      try checkpoint.export(to: out, storage: storage)
      let copy = try Checkpoint(out)
      #expect(copy.configuration == checkpoint.configuration)
      #expect(copy.codec == checkpoint.codec)
      let (original, copied) = (
        TestModels.bits(try checkpoint.model.parameters.buffer),
        TestModels.bits(try copy.model.parameters.buffer)
      )
      if storage == .f32 || name == "sharded-bf16" {
        #expect(original == copied)
      } else {
        for (before, after) in zip(original, copied) {
          let (x, y) = (Float(bitPattern: before), Float(bitPattern: after))
          #expect(abs(x - y) <= abs(x) / 256)
          #expect(after & 0xffff == 0)
        }
      }
      // A model in memory and one in its files are copied alike.
      let second = folder.deletingLastPathComponent().appendingPathComponent("second")
      try Checkpoint(folder).export(to: second, storage: storage)
      for file in ["config.json", "model.safetensors"] {
        #expect(
          try Data(contentsOf: out.appendingPathComponent(file))
            == (try Data(contentsOf: second.appendingPathComponent(file))))
      }
    }
  }

  @Test func `special tokens stand in config.json`() throws {
    try withTemporaryFolder { folder in
      try TestModels.checkpoint(context: 40).write(to: folder)
      let data = try Data(contentsOf: folder.appendingPathComponent("config.json"))
      let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(fields["bos_token_id"] as? Int == 256)
      #expect(fields["eos_token_id"] as? Int == 257)
      #expect(fields["torch_dtype"] as? String == "float32")
    }
  }

  @Test(
    arguments: [
      (
        "model.safetensors.index.json", #"{"weight_map":{"a":"../a.safetensors"}}"#,
        Checkpoint.Fault.shardName("../a.safetensors")
      ),
      (
        "model.safetensors.index.json", #"{"weight_map":[]}"#,
        JSONFault.wrongType(path: "weight_map")
      ),
      (
        "model.safetensors.index.json", #"{"weight_map":{}}"#,
        Checkpoint.Fault.tooFewTensors(0, layers: 2)
      ),
      ("config.json", "3", JSONFault.wrongType(path: "")),
    ] as [(String, String, any FileFault)])
  func `a folder that contradicts itself is refused`(
    file: String, content: String, fault: any FileFault
  ) throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try Self.copy("sharded-bf16", to: model)
      let url = model.appendingPathComponent(file)
      try Data(content.utf8).write(to: url)
      #expect(throws: FileError.malformed(path: url.path, reason: fault)) { try Checkpoint(model) }
    }
  }

  @Test func `a file that an index names and that is missing is named`() throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try Self.copy("sharded-bf16", to: model)
      try Data(#"{"weight_map":{"a":"b.safetensors"}}"#.utf8).write(
        to: model.appendingPathComponent("model.safetensors.index.json"))
      #expect(
        throws: FileError.cannotRead(
          path: model.appendingPathComponent("b.safetensors").path,
          reason: SystemFault(ENOENT, .reading))
      ) { try Checkpoint(model) }
    }
  }

  @Test func `weights that the configuration does not speak of are refused by name`() throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try Self.copy("bin-f32", to: model)
      let config = model.appendingPathComponent("config.json")
      let text = try String(contentsOf: config, encoding: .utf8)
      let weights = model.appendingPathComponent("pytorch_model.bin")
      let count = try PyTorchFile(weights).tensors.count
      for (change, fault) in [
        (
          #""num_hidden_layers": 1"#,
          Checkpoint.Fault.stranger("model.layers.1.input_layernorm.weight")
        ),
        (
          #""num_hidden_layers": 3"#,
          TensorFault.missing("model.layers.2.input_layernorm.weight")
        ),
        (#""num_hidden_layers": 4000"#, Checkpoint.Fault.tooFewTensors(count, layers: 4000)),
      ] as [(String, any FileFault)] {
        try Data(text.replacingOccurrences(of: #""num_hidden_layers": 2"#, with: change).utf8)
          .write(to: config)
        #expect(throws: FileError.malformed(path: weights.path, reason: fault)) {
          try Checkpoint(model)
        }
      }
    }
  }

  @Test func `a folder without weights says what it looked for`() throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try Self.copy("bin-f32", to: model)
      try FileManager.default.removeItem(at: model.appendingPathComponent("pytorch_model.bin"))
      #expect(
        throws: FileError.cannotRead(
          path: model.appendingPathComponent("model.safetensors").path,
          reason: Checkpoint.Fault.noWeights(nor: "pytorch_model.bin"))
      ) { try Checkpoint(model) }
    }
  }

  @Test func `everything that stands in the way of a folder is listed`() throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try Self.copy("bin-f32", to: model)
      #expect(Checkpoint.faults(of: model).isEmpty)
      let weights = try #require(try Checkpoint(model).storedWeights)
      #expect(weights.file == "pytorch_model.bin" && weights.types == ["F32"])
      for name in ["tokenizer.json", "pytorch_model.bin", "codec.json"] {
        try FileManager.default.removeItem(at: model.appendingPathComponent(name))
      }
      try Data(#"{"hidden_act":"gelu"}"#.utf8).write(
        to: model.appendingPathComponent("config.json"))
      let faults = Checkpoint.faults(of: model)
      #expect(faults.count == 4)
      for part in ["hidden_act", "tokenizer.json", "pytorch_model.bin", "codec.json"] {
        #expect(faults.contains { $0.contains(part) }, "\(part)")
      }
    }
  }
}
