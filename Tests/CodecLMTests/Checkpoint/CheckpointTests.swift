import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct CheckpointTests {
  /// What a checkpoint is read from.
  private static let files = [
    "codec.json", "config.json", "model.safetensors", "tokenizer.json",
  ]
  /// What is written for Hugging Face's `AutoTokenizer` besides.
  private static let others = ["special_tokens_map.json", "tokenizer_config.json"]

  @Test func `a checkpoint that is saved, loaded and saved again has the same bytes`() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (
        folder.appendingPathComponent("1/deep"), folder.appendingPathComponent("2")
      )
      let checkpoint = try TestModels.checkpoint(context: 40)
      try checkpoint.write(to: first)
      let read = try Checkpoint(first)
      #expect(read.configuration == checkpoint.configuration)
      #expect(read.codec == checkpoint.codec)
      #expect(
        try TestModels.bits(read.model.parameters.buffer)
          == TestModels.bits(checkpoint.model.parameters.buffer))
      try read.write(to: second)
      let names = try FileManager.default.contentsOfDirectory(atPath: second.path).sorted()
      #expect(names == (Self.files + Self.others).sorted())
      for name in names {
        #expect(
          try Data(contentsOf: first.appendingPathComponent(name))
            == (try Data(contentsOf: second.appendingPathComponent(name))))
      }
    }
  }

  @Test(arguments: files)
  func `a file that is missing is named`(_ name: String) throws {
    try withTemporaryFolder { folder in
      try TestModels.checkpoint(context: 40).write(to: folder)
      let url = folder.appendingPathComponent(name)
      try FileManager.default.removeItem(at: url)
      let error = try #require(throws: (any Error).self) { try Checkpoint(folder) }
      #expect("\(error)".contains(url.path))
    }
  }

  @Test(arguments: files)
  func `a file that holds something else is named`(_ name: String) throws {
    try withTemporaryFolder { folder in
      try TestModels.checkpoint(context: 40).write(to: folder)
      let url = folder.appendingPathComponent(name)
      for content in ["", "{}", "something else"] {
        try Data(content.utf8).write(to: url)
        let error = #expect(throws: FileError.self) { try Checkpoint(folder) }
        guard case .malformed(url.path, _) = error else {
          Issue.record("\(name), \(content): \(String(describing: error))")
          return
        }
      }
    }
  }

  @Test func `a folder that is missing is named`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("run")
      #expect(
        throws: FileError.malformed(path: url.path, reason: Checkpoint.Fault.noFolder)
      ) { try Checkpoint(url) }
    }
  }

  @Test func `how to draw is kept beside the model, if it is asked for`() throws {
    try withTemporaryFolder { folder in
      var checkpoint = try TestModels.checkpoint(context: 64)
      try checkpoint.write(to: folder)
      #expect(try Checkpoint(folder).sampling == nil)
      checkpoint.sampling = SamplingParameters(temperature: 0.75, topP: 0.5)
      try checkpoint.write(to: folder)
      #expect(try Checkpoint(folder).sampling == checkpoint.sampling)
      let file = folder.appendingPathComponent("generation_config.json")
      // What transformers writes along with a model that nobody gave a thought.
      try Data(#"{"eos_token_id": [1, 2], "temperature": 0.6, "top_p": 0.9}"#.utf8).write(to: file)
      #expect(try Checkpoint(folder).sampling == nil)
      for text in [
        #"{"do_sample": true, "temperature": -1}"#, #"{"do_sample": true, "top_p": 2}"#,
        #"{"do_sample": true, "top_k": -3}"#,
      ] {
        try Data(text.utf8).write(to: file)
        #expect(
          throws: FileError.malformed(path: file.path, reason: Checkpoint.Fault.sampling)
        ) { try Checkpoint(folder) }
      }
    }
  }

  @Test func `a stored head that differs counts, whatever the configuration says of tying`() throws
  {
    try withTemporaryFolder { folder in
      let checkpoint = try TestModels.checkpoint(context: 40)
      try checkpoint.write(to: folder)
      let url = folder.appendingPathComponent("config.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      let tied = text.replacing(
        "\"tie_word_embeddings\" : false", with: "\"tie_word_embeddings\" : true")
      #expect(tied != text)
      try Data(tied.utf8).write(to: url)
      let read = try Checkpoint(folder)
      #expect(!read.configuration.tiesEmbeddings)
      #expect(
        try TestModels.bits(read.model.parameters.buffer)
          == TestModels.bits(checkpoint.model.parameters.buffer))
      // A head that is the embedding once more is tied.
      let (embedding, head) = try (
        #require(checkpoint.model.layout.buffer["model.embed_tokens.weight"]),
        #require(checkpoint.model.layout.buffer["lm_head.weight"])
      )
      try checkpoint.model.parameters.buffer.withMutableSpan { weights in
        for index in 0..<head.count {
          weights[head.offset + index] = weights[embedding.offset + index]
        }
      }
      try checkpoint.write(to: folder)
      try Data(tied.utf8).write(to: url)
      #expect(try Checkpoint(folder).configuration.tiesEmbeddings)
    }
  }

  @Test func `a vocabulary may be padded, and padding is never drawn`() throws {
    try withTemporaryFolder { folder in
      let context = 160
      let model = try Llama(TestModels.configuration(vocabulary: 320, context: context), seed: 1)
      // Padding that the model finds likelier than anything else.
      let head = try #require(model.layout.buffer["lm_head.weight"])
      model.parameters.buffer.withMutableSpan { weights in
        for index in head.offset + head.columns * 258..<head.offset + head.count {
          weights[index] *= 100
        }
      }
      try Checkpoint(model, .bytes, TestImages.profile()).write(to: folder)
      var generator = try Generator(loading: folder)
      for isConstrained in [true, false] {
        generator.isConstrained = isConstrained
        for file in try generator.generate(count: 3).all() {
          #expect(!isConstrained || file.picture != nil)
        }
      }
      let copy = folder.appendingPathComponent("copy")
      try generator.checkpoint.export(to: copy, storage: .f32)
      #expect(try Checkpoint(copy).configuration.vocabulary == 320)
    }
  }

  @Test func `a vocabulary smaller than the tokenizer's is refused`() throws {
    try withTemporaryFolder { folder in
      let model = try Llama(TestModels.configuration(vocabulary: 200, context: 40), seed: 1)
      try Checkpoint(model, .bytes, TestImages.profile()).write(to: folder)
      #expect(
        throws: FileError.malformed(
          path: folder.appendingPathComponent("config.json").path,
          reason: Checkpoint.Fault.vocabulary(200, tokenizer: 258))
      ) { try Checkpoint(folder) }
    }
  }
}
