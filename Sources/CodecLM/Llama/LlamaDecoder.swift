/// The decoding path: one token or a prompt's tokens for each of several streams, with a KV cache.
///
/// Every sum has one order, whatever streams share the pass and however many threads there are, so
/// that a stream's logits do not depend on its company.
package struct LlamaDecoder: ~Copyable {
  /// One token for one stream.
  package struct Input: Sendable {
    /// The stream's slot.
    package let slot: Int
    /// The token id.
    package let token: Int32
    /// Its position for the rotary embedding; `nil` for the number of tokens its stream has so far.
    package let position: Int32?

    /// A token for a slot.
    ///
    /// - Parameters:
    ///   - slot: the stream's slot.
    ///   - token: the token id.
    ///   - position: its position for the rotary embedding; by default the number of tokens that the
    ///     stream has so far.
    package init(slot: Int, token: Int32, position: Int32? = nil) {
      self.slot = slot
      self.token = token
      self.position = position
    }
  }

  /// Most tokens of one pass, unless told otherwise.
  package static let defaultRows = 64
  /// Most tokens of one pass.
  package let rowsPerPass: Int

  private let weights: DecoderWeights
  private let pool: WorkerPool
  private let rotary: RotaryEmbedding
  private var cache: KVCache
  private let state: State
  private var rows = Rows()

  /// Memory of one pass: [rows, …] each, as wide as the panels of the product that writes it.
  private struct State: Sendable {
    let residual, qkv, attention, product, logits: Matrix
    // The input of a product, packed: rows by sixteens.
    let packed: Matrix
    // [threads, …]
    let scratch: Matrix

    init(_ weights: DecoderWeights, rows: Int, threads: Int, cache: KVCache) throws {
      let shape = weights.configuration
      func matrix(_ columns: Int) throws -> Matrix {
        try Matrix(
          rows: rows, columns: PanelMatrix.panels(columns) * PanelMatrix.panel)
      }
      residual = try matrix(shape.hiddenSize)
      qkv = try matrix(shape.queryWidth + 2 * shape.keyValueWidth)
      attention = try matrix(shape.queryWidth)
      product = try matrix(shape.intermediateSize)
      logits = try matrix(shape.vocabulary)
      packed = try Matrix(
        rows: BufferLayout.aligned(rows),
        columns: max(shape.hiddenSize, shape.queryWidth, shape.intermediateSize))
      scratch = try Matrix(
        rows: threads,
        columns: Kernels.attentionScratch(
          heads: cache.groupHeads * shape.heads / shape.keyValueHeads,
          dimension: shape.headDimension, positions: cache.capacity))
    }
  }

  /// Where the rows of a pass belong.
  private struct Rows: Sendable {
    var slots: [Int] = []
    // How many tokens of the stream come before.
    var places: [Int] = []
    // For the rotary embedding.
    var positions: [Int] = []
    // The next row of the same slot, or −1.
    var next: [Int] = []
    // Each slot's first row.
    var firsts: [Int] = []

    mutating func removeAll() {
      slots.removeAll(keepingCapacity: true)
      places.removeAll(keepingCapacity: true)
      positions.removeAll(keepingCapacity: true)
      next.removeAll(keepingCapacity: true)
      firsts.removeAll(keepingCapacity: true)
    }

    mutating func append(slot: Int, place: Int, position: Int) {
      if let previous = slots.lastIndex(of: slot) {
        next[previous] = slots.count
      } else {
        firsts.append(slots.count)
      }
      slots.append(slot)
      places.append(place)
      positions.append(position)
      next.append(-1)
    }
  }

  /// A decoder of a model's present parameters for `slots` streams of at most `capacity` tokens each; see `DecoderWeights` for the copy it makes.
  ///
  /// - Parameters:
  ///   - model: whose parameters are copied.
  ///   - slots: streams at a time.
  ///   - capacity: the model's context length by default.
  ///   - rows: most tokens of one pass.
  ///   - positions: one more than the largest `Input/position`; the capacity by default.
  ///   - format: how the copy stores matrices.
  ///   - cache: how keys and values are stored.
  ///   - pool: threads to work with.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ model: Llama, slots: Int, capacity: Int? = nil, rows: Int = Self.defaultRows,
    positions: Int? = nil,
    weights format: WeightFormat = .f32, cache: CacheFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    try self.init(
      DecoderWeights(model, format: format, pool: pool), slots: slots, capacity: capacity,
      rows: rows, positions: positions, cache: cache, pool: pool)
  }

  /// A decoder with weights that other decoders may use too.
  ///
  /// - Parameters:
  ///   - weights: what it reads.
  ///   - slots: streams at a time.
  ///   - capacity: the most tokens of a stream; the model's context length by default.
  ///   - positions: one more than the largest `Input/position`; the capacity by default.
  ///   - format: how keys and values are stored.
  ///   - pool: threads to work with.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ weights: DecoderWeights, slots: Int, capacity: Int? = nil, rows: Int = Self.defaultRows,
    positions: Int? = nil,
    cache format: CacheFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    let shape = weights.configuration
    let capacity = min(capacity ?? shape.contextLength, shape.contextLength)
    let rotary = try RotaryEmbedding(shape, positions: positions ?? capacity)
    let cache = try KVCache(shape, slots: slots, capacity: capacity, format: format)
    let state = try State(weights, rows: rows, threads: pool.threads, cache: cache)
    rowsPerPass = rows
    self.weights = weights
    self.pool = pool
    self.rotary = rotary
    self.cache = cache
    self.state = state
  }

  /// Streams there is room for.
  package var slots: Int { cache.counts.count }

  /// Tokens a stream can have.
  package var capacity: Int { cache.capacity }

  /// Tokens of a stream so far.
  package func count(slot: Int) -> Int { cache.counts[slot] }

  /// Forgets a stream, so that another can take its slot.
  package mutating func reset(slot: Int) { cache.counts[slot] = 0 }

  /// Makes a slot's stream the first `count` tokens of another slot's, or of its own: streams that
  /// begin alike need to pass their beginning once.
  ///
  /// - Precondition: `source` has `count` tokens.
  package mutating func copy(slot source: Int, to target: Int, count: Int) {
    precondition(
      count <= cache.counts[source], "\(count) of \(cache.counts[source]) tokens of a stream")
    if source != target { cache.copy(source, to: target, count: count, pool: pool) }
    cache.counts[target] = count
  }

  /// Appends tokens to their streams and calls `body` with the logits after each of them, in the order
  /// of the inputs.
  ///
  /// Several inputs of one slot are consecutive tokens of its stream: a prompt enters in passes of
  /// ``rowsPerPass``.
  ///
  /// - Parameters:
  ///   - inputs: at most ``rowsPerPass``, with room in their slots.
  ///   - body: gets the number of an input and its logits, one for each token of the vocabulary.
  /// - Throws: ``LlamaError/notFinite(weights:cache:)`` if a logit is infinite or not a number; the
  ///   inputs' slots must then be ``reset(slot:)``.
  /// - Complexity: O(inputs × (parameters + layers × width × tokens so far)).
  package mutating func advance(
    _ inputs: [Input], _ body: (_ input: Int, _ logits: Span<Float>) -> Void
  ) throws(LlamaError) {
    let logits = try advance(inputs)
    for row in inputs.indices { logits.withRow(row) { body(row, $0) } }
  }

  /// The same; returns the logits [inputs, vocabulary], valid until the next call.
  package mutating func advance(_ inputs: [Input]) throws(LlamaError) -> Matrix {
    precondition(inputs.count <= rowsPerPass, "\(inputs.count) inputs in one pass")
    let tensors = weights.tensors
    let residual = state.residual.rows(0..<inputs.count)
    rows.removeAll()
    for (row, input) in inputs.enumerated() {
      let (slot, token) = (input.slot, Int(input.token))
      let place = cache.counts[slot]
      precondition(place < cache.capacity, "slot \(slot) is full")
      let position = input.position.map { Int($0) } ?? place
      precondition(rotary.positions.contains(position), "position \(position) of a token")
      rows.append(slot: slot, place: place, position: position)
      cache.counts[slot] += 1
      residual.rows(row..<row + 1).columns(0..<weights.configuration.hiddenSize)
        .copy(from: tensors.embedding.rows(token..<token + 1))
    }
    let qkv = state.qkv.rows(0..<inputs.count)
    let attention = state.attention.rows(0..<inputs.count)
    let product = state.product.rows(0..<inputs.count)
    for (index, layer) in tensors.layers.enumerated() {
      multiply(residual, norm: layer.attentionNorm, layer.queryKeyValue, into: qkv, .store)
      attend(index, qkv, into: attention)
      multiply(attention, layer.attentionOutput, into: residual, .add)
      multiply(residual, norm: layer.feedForwardNorm, layer.gateUp, into: product, .gate)
      multiply(product, layer.down, into: residual, .add)
    }
    let logits = state.logits.rows(0..<inputs.count)
    multiply(residual, norm: tensors.norm, tensors.head, into: logits, .store)
    let result = logits.columns(0..<weights.configuration.vocabulary)
    guard result.isFinite else { throw notFinite }
    return result
  }

  var notFinite: LlamaError {
    .notFinite(weights: weights.format, cache: cache.isHalf ? .f16 : .f32)
  }

  private func multiply(
    _ x: Matrix, norm: Matrix? = nil, _ weight: PanelMatrix, into y: Matrix,
    _ destination: PanelMatrix.Destination
  ) {
    let (rows, packed) = (x.rows, state.packed)
    Kernels.packRows(
      x, columns: weight.inputs, norm: norm, epsilon: weights.configuration.rmsNormEpsilon,
      into: packed)
    let tasks = min(Self.tasksPerThread * pool.threads, weight.panels)
    pool.forEach(tasks) { task, _ in
      let panels = task * weight.panels / tasks..<(task + 1) * weight.panels / tasks
      weight.multiply(packed, rows: rows, panels: panels, into: y, destination)
    }
  }

  /// Tasks of a product: more than threads, for a thread may be late.
  private static let tasksPerThread = 2

  /// Each task takes streams and groups of key/value heads: rotates and stores keys and values, and
  /// lets the queries look back.
  private func attend(_ layer: Int, _ qkv: Matrix, into y: Matrix) {
    let shape = weights.configuration
    let (cache, rows, table, scratch) = (cache, rows, rotary.table, state.scratch)
    let groups = cache.groups
    let count = rows.firsts.count * groups
    let tasks = min(Self.attentionTasksPerThread * pool.threads, count)
    pool.forEach(tasks) { task, worker in
      let (first, last) = (task * count / tasks, (task + 1) * count / tasks)
      for stream in first / groups..<(last + groups - 1) / groups {
        let ours = max(0, first - stream * groups)..<min(groups, last - stream * groups)
        var row = rows.firsts[stream]
        while row >= 0 {
          let (slot, position) = (rows.slots[row], rows.positions[row])
          Kernels.attend(
            queryKeyValue: qkv.rows(row..<row + 1), groups: ours, of: groups,
            heads: cache.groupHeads, queries: shape.heads / shape.keyValueHeads,
            position: rows.places[row], rotation: table.rows(position..<position + 1),
            isHalf: cache.isHalf, keys: cache.keys(layer: layer, slot: slot),
            values: cache.values(layer: layer, slot: slot),
            scratch: scratch.rows(worker..<worker + 1), into: y.rows(row..<row + 1))
          row = rows.next[row]
        }
      }
    }
  }

  private static let attentionTasksPerThread = 4
}
