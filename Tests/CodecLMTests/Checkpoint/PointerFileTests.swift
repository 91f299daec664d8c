import CodecLM
import Foundation
import TestSupport
import Testing

/// What a clone without git-lfs has in place of large files.
@Suite struct PointerFileTests {
  /// Expects an error that names the pointer at a file's place.
  private func expect(_ file: URL, _ read: () throws -> Void) throws {
    try Data(Fixtures.pointer.utf8).write(to: file)
    let error = #expect(throws: FileError.pointer(path: file.path)) { try read() }
    #expect(
      error?.description
        == "\(file.path) is a Git LFS pointer, not the file itself; run git lfs pull")
  }

  @Test(arguments: ["model.safetensors", "tokenizer.json", "config.json", "codec.json"])
  func `a pointer in place of a model's file is named`(name: String) throws {
    try withTemporaryFolder { folder in
      try TestModels.checkpoint(context: 40).write(to: folder)
      try expect(folder.appendingPathComponent(name)) { _ = try Checkpoint(folder) }
    }
  }

  @Test func `so is one in place of weights and a vocabulary`() throws {
    try withTemporaryFolder { folder in
      func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
      try expect(file("a.pth")) { _ = try PyTorchFile(file("a.pth")) }
      try expect(file("tokenizer.model")) { _ = try Tokenizer(contentsOf: file("tokenizer.model")) }
    }
  }

  @Test func `a longer file that begins like a pointer is none`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("config.json")
      try Data((Fixtures.pointer + String(repeating: " ", count: 1_024)).utf8).write(to: file)
      let error = #expect(throws: FileError.self) { try LlamaConfiguration(contentsOf: file) }
      #expect(error != .pointer(path: file.path))
    }
  }
}
