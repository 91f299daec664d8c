/// A model's weights in the form and the order in which decoding reads them.
///
/// They are a copy, made once: a trainer that changes the model's parameters later does not change
/// them, and the model need not be kept for their sake. In float32 they take as much memory as the
/// parameters, in the other formats a half or a quarter of it. Norms and embeddings stay float32.
public struct DecoderWeights: Sendable {
  struct Layer: Sendable {
    // [1, C]
    let attentionNorm: Matrix
    // For each key/value head its queries, its key and its value.
    let queryKeyValue: PanelMatrix
    let attentionOutput: PanelMatrix
    // [1, C]
    let feedForwardNorm: Matrix
    // In each panel 16 gates, then their ups.
    let gateUp: PanelMatrix
    let down: PanelMatrix

    var bytes: Int { queryKeyValue.bytes + attentionOutput.bytes + gateUp.bytes + down.bytes }
  }

  /// The model's shape.
  public let configuration: LlamaConfiguration
  /// How the matrices are stored.
  public let format: WeightFormat

  // [vocabulary, C]
  let embedding: Matrix
  let layers: [Layer]
  // [1, C]
  let norm: Matrix
  let head: PanelMatrix

  /// Bytes of matrices that one pass reads, whatever the number of streams.
  public var bytesPerPass: Int { layers.reduce(head.bytes) { $0 + $1.bytes } }

  /// The weights that a model has now.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(
    _ model: Llama, format: WeightFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    let parameters = model.parameters
    try self.init(model.configuration, format: format, pool: pool) { name in
      guard let region = model.layout.buffer[name] else { preconditionFailure("no \(name)") }
      return Matrix(parameters.buffer, region)
    }
  }

  /// The weights that `tensor` gives for each of Hugging Face's names, one after another, so that
  /// no more than one of them need be in memory as float32.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, and what `tensor` throws.
  package init(
    _ configuration: LlamaConfiguration, format: WeightFormat, pool: WorkerPool,
    tensor: (_ name: String) throws -> Matrix
  ) throws {
    self.configuration = configuration
    self.format = format
    let allocator = try Allocator(configuration, format)
    func vector(_ name: String, rows: Int = 1) throws -> Matrix {
      let copy = allocator.matrix(rows: rows, columns: configuration.hiddenSize)
      copy.copy(from: try tensor(name))
      return copy
    }
    func panels(_ name: String, _ outputs: Int, _ inputs: Int) throws -> PanelMatrix {
      let panels = allocator.panels(outputs: outputs, inputs: inputs)
      panels.pack(try tensor(name), pool: pool)
      return panels
    }

    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    embedding = try vector("model.embed_tokens.weight", rows: configuration.vocabulary)
    layers = try (0..<configuration.layers).map { index in
      let prefix = "model.layers.\(index)"
      let queryKeyValue = allocator.panels(
        outputs: configuration.queryWidth + 2 * configuration.keyValueWidth, inputs: width)
      let dimension = configuration.headDimension
      let queries = configuration.heads / configuration.keyValueHeads
      for (part, perGroup, first) in [("q", queries, 0), ("k", 1, queries), ("v", 1, queries + 1)] {
        let weights = try tensor("\(prefix).self_attn.\(part)_proj.weight")
        queryKeyValue.pack(weights, pool: pool) { row in
          let (group, head) = (row / dimension).quotientAndRemainder(dividingBy: perGroup)
          return (group * (queries + 2) + first + head) * dimension + row % dimension
        }
      }
      let half = PanelMatrix.panel / 2
      let gateUp = allocator.panels(outputs: PanelMatrix.gatedOutputs(inner), inputs: width)
      for (part, first) in [("gate", 0), ("up", half)] {
        let weights = try tensor("\(prefix).mlp.\(part)_proj.weight")
        gateUp.pack(weights, pool: pool) { row in row / half * 2 * half + first + row % half }
      }
      return Layer(
        attentionNorm: try vector("\(prefix).input_layernorm.weight"),
        queryKeyValue: queryKeyValue,
        attentionOutput: try panels(
          "\(prefix).self_attn.o_proj.weight", width, configuration.queryWidth),
        feedForwardNorm: try vector("\(prefix).post_attention_layernorm.weight"),
        gateUp: gateUp,
        down: try panels("\(prefix).mlp.down_proj.weight", width, inner))
    }
    norm = try vector("model.norm.weight")
    head = try panels(
      configuration.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight",
      configuration.vocabulary, width)
  }
}

/// Hands out one buffer piece by piece, in the order in which decoding reads it.
private final class Allocator {
  private let format: WeightFormat
  private let buffer: FloatBuffer
  private var used = 0

  init(_ shape: LlamaConfiguration, _ format: WeightFormat) throws {
    func words(_ outputs: Int, _ inputs: Int) -> Int {
      PanelMatrix.words(format, outputs: outputs, inputs: inputs)
    }
    let width = shape.hiddenSize
    let layer =
      words(shape.queryWidth + 2 * shape.keyValueWidth, width) + words(width, shape.queryWidth)
      + words(PanelMatrix.gatedOutputs(shape.intermediateSize), width)
      + words(width, shape.intermediateSize) + 2 * BufferLayout.aligned(width)
    self.format = format
    buffer = try FloatBuffer(
      count: shape.layers * layer + words(shape.vocabulary, width)
        + BufferLayout.aligned(shape.vocabulary * width) + BufferLayout.aligned(width))
  }

  func matrix(rows: Int, columns: Int) -> Matrix {
    defer { used += BufferLayout.aligned(rows * columns) }
    return Matrix(buffer, offset: used, rows: rows, columns: columns)
  }

  func panels(outputs: Int, inputs: Int) -> PanelMatrix {
    defer { used += PanelMatrix.words(format, outputs: outputs, inputs: inputs) }
    return PanelMatrix(buffer, offset: used, format: format, outputs: outputs, inputs: inputs)
  }
}
