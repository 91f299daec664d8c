/// A stored tensor of a Llama, or several that serve one matrix product: Hugging Face's names, and shapes.
package struct TensorDeclaration: Sendable {
  /// One stored tensor.
  package struct Part: Sendable {
    /// Hugging Face's name.
    package let name: String
    /// Its outputs; 1 for a vector.
    package let rows: Int
    /// Outputs that decoding reads in a run, before it comes to the next part's.
    package let run: Int
  }

  /// The tensors, at least one, one below the other.
  package let parts: [Part]
  /// Length of a row.
  package let columns: Int
  /// Whether other programs store it with one dimension.
  package let isVector: Bool

  /// The first part's name.
  package var name: String { parts[0].name }
  /// Outputs of all parts.
  package var rows: Int { parts.reduce(0) { $0 + $1.rows } }

  /// Outputs in the order in which decoding reads them: runs of each part in turn, the last filled up.
  package var interleavedOutputs: Int {
    (parts[0].rows + parts[0].run - 1) / parts[0].run * parts.reduce(0) { $0 + $1.run }
  }

  static func vector(_ name: String, _ count: Int) -> TensorDeclaration {
    TensorDeclaration(
      parts: [Part(name: name, rows: 1, run: 1)], columns: count, isVector: true)
  }

  static func matrix(_ name: String, _ rows: Int, _ columns: Int) -> TensorDeclaration {
    TensorDeclaration(
      parts: [Part(name: name, rows: rows, run: rows)], columns: columns, isVector: false)
  }

  static func matrices(_ parts: [Part], _ columns: Int) -> TensorDeclaration {
    TensorDeclaration(parts: parts, columns: columns, isVector: false)
  }
}

/// Something for each of a Llama's tensors: its place in a layout, its parameters, gradients or panels.
///
/// ``init(_:plain:projection:)`` is the only list of the tensors, their names and shapes. All else
/// follows from it: what a checkpoint holds, the number of parameters, gradients and moments, what
/// decoding reads, and exports.
///
/// `Plain` stands for what is read as it is stored, `Projection` for the weights of a product.
package struct LlamaTensors<Plain, Projection> {
  /// The tensors of one layer.
  package struct Layer {
    // [1, C]
    package let attentionNorm: Plain
    // [query + 2 × key/value width, C]
    package let queryKeyValue: Projection
    // [C, query width]
    package let attentionOutput: Projection
    // [1, C]
    package let feedForwardNorm: Plain
    // [2 × intermediate size, C], gates first
    package let gateUp: Projection
    // [C, intermediate size]
    package let down: Projection
  }

  // [vocabulary, C]
  package let embedding: Plain
  package let layers: [Layer]
  // [1, C]
  package let norm: Plain
  // [vocabulary, C]; of the embedding's declaration when tied
  package let head: Projection

  /// Calls `plain` or `projection` for each tensor, in the order in which they are stored.
  ///
  /// With tied embeddings, the embedding's declaration comes twice: the head's weights are its own.
  package init(
    _ shape: LlamaConfiguration, plain: (TensorDeclaration) throws -> Plain,
    projection: (TensorDeclaration) throws -> Projection
  ) rethrows {
    let (width, inner) = (shape.hiddenSize, shape.intermediateSize)
    let (query, keyValue, dimension) = (
      shape.queryWidth, shape.keyValueWidth, shape.headDimension
    )
    let table = TensorDeclaration.matrix(LlamaNames.embedding, shape.vocabulary, width)
    embedding = try plain(table)
    layers = try (0..<shape.layers).map { index in
      func name(_ tensor: String) -> String { "\(LlamaNames.layers)\(index).\(tensor).weight" }
      return Layer(
        attentionNorm: try plain(.vector(name("input_layernorm"), width)),
        // For each key/value head its queries, its key and its value.
        queryKeyValue: try projection(
          .matrices(
            [
              .init(
                name: name("self_attn.q_proj"), rows: query,
                run: query / shape.keyValueHeads),
              .init(name: name("self_attn.k_proj"), rows: keyValue, run: dimension),
              .init(name: name("self_attn.v_proj"), rows: keyValue, run: dimension),
            ], width)),
        attentionOutput: try projection(.matrix(name("self_attn.o_proj"), width, query)),
        feedForwardNorm: try plain(.vector(name("post_attention_layernorm"), width)),
        gateUp: try projection(
          .matrices(
            [
              .init(name: name("mlp.gate_proj"), rows: inner, run: PanelMatrix.gates),
              .init(name: name("mlp.up_proj"), rows: inner, run: PanelMatrix.gates),
            ], width)),
        down: try projection(.matrix(name("mlp.down_proj"), width, inner)))
    }
    norm = try plain(.vector("model.norm.weight", width))
    head = try projection(
      shape.tiesEmbeddings ? table : .matrix(LlamaNames.head, shape.vocabulary, width))
  }
}

extension LlamaTensors: Sendable where Plain: Sendable, Projection: Sendable {}
extension LlamaTensors.Layer: Sendable where Plain: Sendable, Projection: Sendable {}

/// Hugging Face's names that more than the list of tensors has to know.
package enum LlamaNames {
  package static let embedding = "model.embed_tokens.weight"
  package static let head = "lm_head.weight"
  /// What the names of a layer's tensors begin with, before the layer's number.
  package static let layers = "model.layers."
}
