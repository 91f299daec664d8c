/// Every activation, gradient of an activation and scratch matrix of a training step: views of one
/// buffer, sized once from (configuration, positions, threads).
///
/// Of each layer only what a matrix product would have to make again is kept; normalised inputs and
/// the SwiGLU product are made again in the backward pass. With recomputation only the layer's input
/// and what attention made of it are kept, and all layers share the rest.
struct LlamaArena: Sendable {
  struct Layer: Sendable {
    // [N, C], the residual stream at the layer's input
    let input: Matrix
    // [N, 1]
    let attentionRstd: Matrix
    // [N, query + 2 × key/value width], queries and keys rotated
    let qkv: Matrix
    // [N, query width]
    let attention: Matrix
    // [N, heads]
    let lse: Matrix
    // [N, C], the residual stream after attention
    let middle: Matrix
    // [N, 1]
    let feedForwardRstd: Matrix
    // [N, 2 × intermediate size]
    let gateUp: Matrix
  }

  /// Scratch of one worker, for one chunk of rows.
  struct Worker: Sendable {
    // [chunk, C]
    let normed: Matrix
    // [chunk, intermediate size]
    let product: Matrix
    let attention: Attention.Scratch
  }

  let buffer: FloatBuffer
  let layers: [Layer]
  // [N, C], the residual stream after the last layer
  let output: Matrix
  // [N, 1]
  let outputRstd: Matrix
  // [N, C]
  let outputNormed: Matrix
  // [N, vocabulary]; their gradient after a backward pass
  let logits: Matrix
  // [N, 1], −log p(target)
  let losses: Matrix
  let workers: [Worker]

  // Gradients, shared by all layers: a layer's are consumed before the next layer's are made.
  // [N, C], of the residual stream at a layer's output, then at its input
  let dresidual: Matrix
  // [N, C]
  let dmiddle: Matrix
  // [N, query width]
  let dattention: Matrix
  // [N, heads]
  let delta: Matrix
  // [N, query + 2 × key/value width]; two, because a weight's gradient is made one layer later
  let dqkv: [Matrix]
  // [N, 2 × intermediate size]
  let dgateUp: Matrix
  // [N, intermediate size], the SwiGLU product made again
  let product: Matrix
  // [N, C], the inputs of the two products after a normalisation, made again
  let attentionNormed: Matrix
  let feedForwardNormed: Matrix
  // [chunks, C], shares of a norm's gradient
  let attentionNormShares: Matrix
  let feedForwardNormShares: Matrix

  init(
    _ shape: LlamaConfiguration, positions: Int, longest: Int, chunk: Int, threads: Int,
    recomputing: Bool
  ) throws {
    let width = shape.hiddenSize
    let qkvWidth = shape.queryWidth + 2 * shape.keyValueWidth
    let chunks = (positions + chunk - 1) / chunk
    var layout = BufferLayout()
    func region(_ rows: Int, _ columns: Int) -> BufferLayout.Region {
      layout.add("", rows: rows, columns: columns)
    }
    func perPosition(_ columns: Int) -> BufferLayout.Region { region(positions, columns) }

    typealias Region = BufferLayout.Region
    func recomputed() -> [Region] {
      [
        perPosition(1), perPosition(qkvWidth), perPosition(width), perPosition(1),
        perPosition(2 * shape.intermediateSize),
      ]
    }
    let shared = recomputing ? recomputed() : nil
    let layers: [[Region]] = (0..<shape.layers).map { _ in
      [perPosition(width), perPosition(shape.queryWidth), perPosition(shape.heads)]
        + (shared ?? recomputed())
    }
    let workers: [[Region]] = (0..<threads).map { _ in
      [
        region(chunk, width), region(chunk, shape.intermediateSize),
      ] + Attention.Scratch.shapes(shape, longest: longest).map { region($0.rows, $0.columns) }
    }
    let output = [
      perPosition(width), perPosition(1), perPosition(width), perPosition(shape.vocabulary),
      perPosition(1),
    ]
    let gradients = [
      perPosition(width), perPosition(width), perPosition(shape.queryWidth),
      perPosition(shape.heads), perPosition(qkvWidth), perPosition(qkvWidth),
      perPosition(2 * shape.intermediateSize), perPosition(shape.intermediateSize),
      perPosition(width), perPosition(width), region(chunks, width), region(chunks, width),
    ]

    let buffer = try FloatBuffer(count: layout.count)
    func views(_ regions: [Region]) -> [Matrix] { regions.map { Matrix(buffer, $0) } }
    self.buffer = buffer
    self.layers = layers.map(views).map {
      Layer(
        input: $0[0], attentionRstd: $0[3], qkv: $0[4], attention: $0[1], lse: $0[2],
        middle: $0[5], feedForwardRstd: $0[6], gateUp: $0[7])
    }
    self.workers = workers.map(views).map {
      Worker(
        normed: $0[0], product: $0[1],
        attention: .init(Array($0.dropFirst(2))))
    }
    let ends = views(output)
    (self.output, outputRstd, outputNormed, logits, losses) =
      (ends[0], ends[1], ends[2], ends[3], ends[4])
    let backward = views(gradients)
    (dresidual, dmiddle, dattention, delta) = (
      backward[0], backward[1], backward[2], backward[3]
    )
    dqkv = [backward[4], backward[5]]
    (dgateUp, product) = (backward[6], backward[7])
    (attentionNormed, feedForwardNormed) = (backward[8], backward[9])
    (attentionNormShares, feedForwardNormShares) = (backward[10], backward[11])
  }
}
