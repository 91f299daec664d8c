package import CodecLM

/// Models that train and decode in a moment.
package enum TestModels {
  package static func configuration(vocabulary: Int = 258, context: Int) -> LlamaConfiguration {
    LlamaConfiguration(
      vocabulary: vocabulary, hiddenSize: 32, intermediateSize: 48, layers: 2, heads: 4,
      keyValueHeads: 2, contextLength: context)
  }

  package static func model(context: Int, seed: UInt64 = 1) throws -> Llama {
    try Llama(configuration(context: context), seed: seed)
  }

  /// An untrained model of the streams of ``TestImages``.
  package static func checkpoint(context: Int, size: Int = 16) throws -> Checkpoint {
    Checkpoint(try model(context: context), .bytes, TestImages.profile(size: size))
  }

  /// Sets a weight of the last norm: where it is not finite, no loss is.
  package static func spoil(_ model: Llama, _ weight: Float = .nan) throws {
    guard let norm = model.layout.buffer["model.norm.weight"] else { return }
    model.parameters.buffer.withMutableSpan { $0[norm.offset] = weight }
  }

  /// The parameters, to the last bit.
  package static func bits(_ buffer: FloatBuffer) -> [UInt32] {
    buffer.withSpan { floats in floats.indices.map { floats[$0].bitPattern } }
  }
}
