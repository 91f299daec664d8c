extension LlamaDecoder {
  /// Bytes that a decoder of a model takes with its weights, to a few percent.
  ///
  /// - Parameters:
  ///   - slots: streams at a time, each with all of the context.
  ///   - weights: how the copy of the weights stores matrices.
  ///   - cache: how keys and values are stored.
  ///   - rows: most tokens of one pass.
  static func bytes(
    _ shape: LlamaConfiguration, slots: Int, weights: WeightFormat, cache: CacheFormat,
    rows: Int = defaultRows
  ) -> Int {
    // Tied embeddings are copied twice, once in panels.
    let embedding = shape.vocabulary * shape.hiddenSize
    let matrices = shape.parameterCount - (shape.tiesEmbeddings ? 0 : embedding)
    let perWeight =
      switch weights {
      case .f32: 4
      case .f16, .bf16: 2
      case .q8: 1
      }
    let positions = BufferLayout.aligned(shape.contextLength)
    let width = shape.keyValueHeads * BufferLayout.aligned(shape.headDimension)
    let stream = 2 * shape.layers * width * positions * (cache == .f32 ? 4 : 2)
    let row =
      2 * shape.hiddenSize + 2 * shape.queryWidth + 2 * shape.keyValueWidth
      + 2 * shape.intermediateSize + shape.vocabulary
    return perWeight * matrices + 4 * embedding + slots * stream + 4 * rows * row
      + 4 * positions * shape.headDimension
  }
}
