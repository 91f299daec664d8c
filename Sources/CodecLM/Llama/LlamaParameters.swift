/// Where each of a Llama's tensors stands in a flat buffer, under Hugging Face's names.
///
/// Query, key and value projections follow each other without a gap, as do gate and up projections,
/// so that one matrix product serves them together.
package struct LlamaLayout: Sendable {
  struct Layer: Sendable {
    let attentionNorm: BufferLayout.Region
    let queryKeyValue: BufferLayout.Region
    let attentionOutput: BufferLayout.Region
    let feedForwardNorm: BufferLayout.Region
    let gateUp: BufferLayout.Region
    let down: BufferLayout.Region
  }

  package let buffer: BufferLayout
  let embedding: BufferLayout.Region
  let layers: [Layer]
  let norm: BufferLayout.Region
  let head: BufferLayout.Region

  package init(_ configuration: LlamaConfiguration) {
    let width = configuration.hiddenSize
    var layout = BufferLayout()
    embedding = layout.add(
      "model.embed_tokens.weight", rows: configuration.vocabulary, columns: width)
    layers = (0..<configuration.layers).map { index in
      let prefix = "model.layers.\(index)"
      return Layer(
        attentionNorm: layout.add(vector: "\(prefix).input_layernorm.weight", count: width),
        queryKeyValue: layout.add(
          [
            ("\(prefix).self_attn.q_proj.weight", configuration.queryWidth),
            ("\(prefix).self_attn.k_proj.weight", configuration.keyValueWidth),
            ("\(prefix).self_attn.v_proj.weight", configuration.keyValueWidth),
          ], columns: width),
        attentionOutput: layout.add(
          "\(prefix).self_attn.o_proj.weight", rows: width, columns: configuration.queryWidth),
        feedForwardNorm: layout.add(
          vector: "\(prefix).post_attention_layernorm.weight", count: width),
        gateUp: layout.add(
          [
            ("\(prefix).mlp.gate_proj.weight", configuration.intermediateSize),
            ("\(prefix).mlp.up_proj.weight", configuration.intermediateSize),
          ], columns: width),
        down: layout.add(
          "\(prefix).mlp.down_proj.weight", rows: width, columns: configuration.intermediateSize))
    }
    norm = layout.add(vector: "model.norm.weight", count: width)
    head =
      configuration.tiesEmbeddings
      ? embedding
      : layout.add("lm_head.weight", rows: configuration.vocabulary, columns: width)
    buffer = layout
  }

  /// Whether a tensor belongs to a layer, not to embedding, head or last norm.
  func isInsideLayers(_ region: BufferLayout.Region) -> Bool {
    guard let first = layers.first, let last = layers.last else { return false }
    return region.offset >= first.attentionNorm.offset && region.offset <= last.down.offset
  }
}

/// A Llama's tensors as views of one flat buffer: its parameters, or their gradients.
package struct LlamaParameters: Sendable {
  struct Layer: Sendable {
    // [1, C]
    let attentionNorm: Matrix
    // [query + 2 × key/value width, C]
    let queryKeyValue: Matrix
    // [C, query width]
    let attentionOutput: Matrix
    // [1, C]
    let feedForwardNorm: Matrix
    // [2 × intermediate size, C], gates first
    let gateUp: Matrix
    // [C, intermediate size]
    let down: Matrix
  }

  package let buffer: FloatBuffer
  // [vocabulary, C]
  package let embedding: Matrix
  let layers: [Layer]
  // [1, C]
  let norm: Matrix
  // [vocabulary, C]; the embedding itself when tied
  let head: Matrix

  package init(_ layout: LlamaLayout, _ buffer: FloatBuffer) {
    precondition(buffer.count == layout.buffer.count)
    self.buffer = buffer
    embedding = Matrix(buffer, layout.embedding)
    layers = layout.layers.map { layer in
      Layer(
        attentionNorm: Matrix(buffer, layer.attentionNorm),
        queryKeyValue: Matrix(buffer, layer.queryKeyValue),
        attentionOutput: Matrix(buffer, layer.attentionOutput),
        feedForwardNorm: Matrix(buffer, layer.feedForwardNorm),
        gateUp: Matrix(buffer, layer.gateUp),
        down: Matrix(buffer, layer.down))
    }
    norm = Matrix(buffer, layout.norm)
    head = Matrix(buffer, layout.head)
  }
}
