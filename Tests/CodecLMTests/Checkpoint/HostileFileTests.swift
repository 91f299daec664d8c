import CodecLM
import Foundation
import TestSupport
import Testing

/// Damaged files: each opens or is refused with an error, and what opens can be read to its end.
///
/// For longer than a moment: `CODECLM_MUTATION_SECONDS=600 swift test -c release --filter HostileFile`.
@Suite(.serialized) struct HostileFileTests {
  private func attack(
    _ path: String, fragile: Range<Int>? = nil, open: (URL) throws -> any TensorFile
  ) throws {
    let original = try Fixtures.bytes(path)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent((path as NSString).lastPathComponent)
      let (opened, refused) = Mutations.counts(original, fragile: fragile, at: url) {
        for tensor in try open(url).tensors.values {
          _ = tensor.floats()
          _ = tensor.integers()
        }
      }
      #expect(opened + refused > 10)
      #expect(refused > 0)
    }
  }

  @Test(arguments: ["torch/state.safetensors", "checkpoints/sharded-bf16/reference.safetensors"])
  func `a damaged safetensors file is read or refused`(path: String) throws {
    try attack(path, fragile: 0..<1_200) { try SafeTensors($0) }
  }

  @Test func `a damaged zip archive of torch is read or refused`() throws {
    let size = try Fixtures.bytes("torch/state.pt").count
    // The pickle, which stands first; then the directory, which stands last.
    try attack("torch/state.pt", fragile: 0..<1_450) { try PyTorchFile($0) }
    try attack("torch/state.pt", fragile: size - 1_500..<size) { try PyTorchFile($0) }
  }

  @Test func `a damaged stream of torch is read or refused`() throws {
    try attack("torch/state-stream.pt", fragile: 0..<1_800) { try PyTorchFile($0) }
  }

  @Test(arguments: ["config.json", "model.safetensors.index.json"])
  func `a folder with a damaged description is opened or refused`(name: String) throws {
    let source = try Fixtures.url("checkpoints/sharded-bf16")
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: source, to: model)
      try Tokenizer.bytes.write(to: model)
      try JSONEncoder().encode(TestImages.profile())
        .write(to: model.appendingPathComponent("codec.json"))
      let url = model.appendingPathComponent(name)
      let (_, refused) = Mutations.counts([UInt8](try Data(contentsOf: url)), at: url) {
        _ = try Checkpoint(model).decoderWeights()
      }
      #expect(refused > 0)
    }
  }

  @Test func `a header of nothing but brackets is refused`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      for piece in ["[", "{\"a\":", "{\"a\":{\"dtype\":[", "\"", "1"] {
        let json = Array(String(repeating: piece, count: (4 << 20) / piece.utf8.count).utf8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
        try Data(length + json).write(to: url)
        #expect(throws: FileError.self) { try SafeTensors(url) }
      }
    }
  }
}
