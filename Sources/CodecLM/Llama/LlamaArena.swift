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
    // [N, query width]
    let attention: Matrix
    // [N, heads]
    let lse: Matrix
    let remade: Remade
  }

  /// What recomputation makes again.
  struct Remade: Sendable {
    // [N, 1]
    let attentionRstd: Matrix
    // [N, query + 2 × key/value width], queries and keys rotated
    let qkv: Matrix
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

  let layers: [Layer]
  let workers: [Worker]
  // [N, C], the residual stream after the last layer
  let output: Matrix
  // [N, 1]
  let outputRstd: Matrix
  // [N, C]
  let outputNormed: Matrix
  // [N, vocabulary]; exp(logit − the row's largest) after a forward pass that a backward pass is to
  // follow, their gradient after that
  let logits: Matrix
  // [N, 1], Σ of these exponentials
  let exponentialSums: Matrix
  // [N, 1], −log p(target)
  let losses: Matrix

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

  var bytes: Int { 4 * output.buffer.count }

  init(
    _ shape: LlamaConfiguration, positions: Int, longest: Int, chunk: Int, threads: Int,
    recomputing: Bool
  ) throws {
    self = try BufferPlan.build { plan in
      LlamaArena(
        &plan, shape, positions: positions, longest: longest, chunk: chunk, threads: threads,
        recomputing: recomputing)
    }
  }

  private init(
    _ plan: inout BufferPlan, _ shape: LlamaConfiguration, positions: Int, longest: Int,
    chunk: Int, threads: Int, recomputing: Bool
  ) {
    let (width, inner) = (shape.hiddenSize, shape.intermediateSize)
    let qkvWidth = shape.queryWidth + 2 * shape.keyValueWidth
    let chunks = (positions + chunk - 1) / chunk
    func perPosition(_ columns: Int) -> Matrix { plan.matrix(rows: positions, columns: columns) }
    func remade() -> Remade {
      Remade(
        attentionRstd: perPosition(1), qkv: perPosition(qkvWidth), middle: perPosition(width),
        feedForwardRstd: perPosition(1), gateUp: perPosition(2 * inner))
    }
    let shared = recomputing ? remade() : nil
    layers = (0..<shape.layers).map { _ in
      Layer(
        input: perPosition(width), attention: perPosition(shape.queryWidth),
        lse: perPosition(shape.heads), remade: shared ?? remade())
    }
    workers = (0..<threads).map { _ in
      Worker(
        normed: plan.matrix(rows: chunk, columns: width),
        product: plan.matrix(rows: chunk, columns: inner),
        attention: Attention.Scratch(&plan, shape, longest: longest))
    }
    output = perPosition(width)
    outputRstd = perPosition(1)
    outputNormed = perPosition(width)
    logits = perPosition(shape.vocabulary)
    exponentialSums = perPosition(1)
    losses = perPosition(1)

    dresidual = perPosition(width)
    dmiddle = perPosition(width)
    dattention = perPosition(shape.queryWidth)
    delta = perPosition(shape.heads)
    dqkv = [perPosition(qkvWidth), perPosition(qkvWidth)]
    dgateUp = perPosition(2 * inner)
    product = perPosition(inner)
    attentionNormed = perPosition(width)
    feedForwardNormed = perPosition(width)
    attentionNormShares = plan.matrix(rows: chunks, columns: width)
    feedForwardNormShares = plan.matrix(rows: chunks, columns: width)
  }
}
