/// The decoding path: one token or a prompt's tokens for each of several streams, with a KV cache.
///
/// Every sum has one order, whatever streams share the pass and however many threads there are, so
/// that a stream's logits do not depend on its company.
public struct LlamaDecoder: ~Copyable {
  /// One token for one stream.
  public struct Input: Sendable {
    /// The stream's slot.
    public let slot: Int
    /// The token id.
    public let token: Int32

    /// A token for a slot.
    public init(slot: Int, token: Int32) {
      self.slot = slot
      self.token = token
    }
  }

  /// Most tokens of one pass.
  public static let rowsPerPass = 64

  private let model: Llama
  private let pool: WorkerPool
  private let rotary: RotaryEmbedding
  private var cache: KVCache
  private let state: State

  /// Memory of one pass: [rows, …] each.
  private struct State: Sendable {
    let residual, normed, rstd, qkv, attention, gateUp, product, logits: Matrix
    // [threads, capacity]
    let scores: Matrix

    init(_ shape: LlamaConfiguration, rows: Int, threads: Int, capacity: Int) throws {
      residual = try Matrix(rows: rows, columns: shape.hiddenSize)
      normed = try Matrix(rows: rows, columns: shape.hiddenSize)
      rstd = try Matrix(rows: rows, columns: 1)
      qkv = try Matrix(rows: rows, columns: shape.queryWidth + 2 * shape.keyValueWidth)
      attention = try Matrix(rows: rows, columns: shape.queryWidth)
      gateUp = try Matrix(rows: rows, columns: 2 * shape.intermediateSize)
      product = try Matrix(rows: rows, columns: shape.intermediateSize)
      logits = try Matrix(rows: rows, columns: shape.vocabulary)
      scores = try Matrix(rows: threads, columns: capacity)
    }
  }

  /// Outputs of a product in one task.
  private static let block = 64

  /// A decoder for `slots` streams of at most `capacity` positions each.
  ///
  /// - Parameter capacity: the model's context length by default.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(
    _ model: Llama, slots: Int, capacity: Int? = nil, pool: WorkerPool = .shared
  ) throws {
    let shape = model.configuration
    let capacity = min(capacity ?? shape.contextLength, shape.contextLength)
    let rotary = try RotaryEmbedding(shape)
    let cache = try KVCache(shape, slots: slots, capacity: capacity)
    let state = try State(
      shape, rows: Self.rowsPerPass, threads: pool.threads, capacity: capacity)
    self.model = model
    self.pool = pool
    self.rotary = rotary
    self.cache = cache
    self.state = state
  }

  /// Streams there is room for.
  public var slots: Int { cache.counts.count }

  /// Positions a stream can have.
  public var capacity: Int { cache.capacity }

  /// Positions of a stream so far.
  public func count(slot: Int) -> Int { cache.counts[slot] }

  /// Forgets a stream, so that another can take its slot.
  public mutating func reset(slot: Int) { cache.counts[slot] = 0 }

  /// Appends tokens to their streams and returns the logits [inputs, vocabulary] after each of them,
  /// valid until the next call.
  ///
  /// Several inputs of one slot are consecutive positions of its stream: a prompt enters in passes of
  /// ``rowsPerPass``.
  ///
  /// - Precondition: at most ``rowsPerPass`` inputs, and room in their slots.
  /// - Complexity: O(inputs × (parameters + layers × width × positions so far)).
  public mutating func advance(_ inputs: [Input]) -> Matrix {
    precondition(inputs.count <= Self.rowsPerPass, "\(inputs.count) inputs in one pass")
    let rows = 0..<inputs.count
    var positions: [Int32] = []
    for input in inputs {
      precondition(cache.counts[input.slot] < cache.capacity, "slot \(input.slot) is full")
      positions.append(Int32(cache.counts[input.slot]))
      cache.counts[input.slot] += 1
    }
    let shape = model.configuration
    let (residual, normed) = (state.residual.rows(rows), state.normed.rows(rows))
    let (qkv, attention) = (state.qkv.rows(rows), state.attention.rows(rows))
    let (gateUp, product) = (state.gateUp.rows(rows), state.product.rows(rows))
    let rstd = state.rstd.rows(rows)
    func norm(_ weight: Matrix) {
      Kernels.rmsNorm(
        residual, weight: weight, epsilon: shape.rmsNormEpsilon, into: normed, rstd: rstd)
    }

    Kernels.gather(model.parameters.embedding, inputs.map(\.token), rows, into: residual)
    for (index, layer) in model.parameters.layers.enumerated() {
      norm(layer.attentionNorm)
      linear(normed, layer.queryKeyValue, into: qkv)
      rotary.forward(
        qkv, heads: shape.heads + shape.keyValueHeads, positions: positions, rows)
      attend(index, inputs, positions, qkv, into: attention)
      linear(attention, layer.attentionOutput, into: residual, accumulate: true)
      norm(layer.feedForwardNorm)
      linear(normed, layer.gateUp, into: gateUp)
      Kernels.swiGLU(gateUp, into: product)
      linear(product, layer.down, into: residual, accumulate: true)
    }
    norm(model.parameters.norm)
    let logits = state.logits.rows(rows)
    linear(normed, model.parameters.head, into: logits)
    return logits
  }

  private func linear(
    _ x: Matrix, _ weight: Matrix, into y: Matrix, accumulate: Bool = false
  ) {
    let block = Self.block
    pool.forEach((weight.rows + block - 1) / block) { index, _ in
      let outputs = index * block..<min((index + 1) * block, weight.rows)
      Kernels.linear(x, weight.rows(outputs), into: y.columns(outputs), accumulate: accumulate)
    }
  }

  /// Stores keys and values, then lets each query look back over its own stream.
  private func attend(
    _ layer: Int, _ inputs: [Input], _ positions: [Int32], _ qkv: Matrix, into y: Matrix
  ) {
    let shape = model.configuration
    let (heads, shared, dimension) = (shape.heads, shape.keyValueHeads, shape.headDimension)
    let (cache, scores) = (cache, state.scores)
    @Sendable func head(_ matrix: Matrix, _ row: Int, _ index: Int) -> Matrix {
      matrix.rows(row..<row + 1).columns(index * dimension..<(index + 1) * dimension)
    }
    for (row, input) in inputs.enumerated() {
      let place = Int(positions[row])..<Int(positions[row]) + 1
      for index in 0..<shared {
        cache.keys(layer: layer, slot: input.slot, head: index).rows(place)
          .copy(from: head(qkv, row, heads + index))
        cache.values(layer: layer, slot: input.slot, head: index).rows(place)
          .copy(from: head(qkv, row, heads + shared + index))
      }
    }
    pool.forEach(inputs.count * heads) { task, worker in
      let (row, index) = (task / heads, task % heads)
      let past = 0..<Int(positions[row]) + 1
      let (slot, source) = (inputs[row].slot, index / (heads / shared))
      Kernels.attend(
        head(qkv, row, index),
        keys: cache.keys(layer: layer, slot: slot, head: source).rows(past),
        values: cache.values(layer: layer, slot: slot, head: source).rows(past),
        scale: 1 / Float(dimension).squareRoot(), scores: scores.rows(worker..<worker + 1),
        into: head(y, row, index))
    }
  }
}
