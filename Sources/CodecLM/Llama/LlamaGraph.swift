/// The training path: whole sequences in, a loss for each position out, a weight for each back in, and
/// gradients out.
///
/// A pass works on N positions that hold independent segments (images), one after the other. Rows
/// go through in fixed chunks, each chunk on one worker: the element-wise work rides in the same
/// chunk as the matrix products beside it, while its rows are in cache. Chunks, attention's tasks and
/// blocks of weights are the same whatever the number of threads, and sums over them are ordered, so
/// that results are too.
package final class LlamaGraph {
  /// The most tokens of a pass.
  package let capacity: Int
  /// Bytes of the arena, all that a pass uses beside parameters and gradients.
  package var arenaBytes: Int { arena.bytes }

  /// Whether the backward pass makes most activations again instead of keeping them.
  package let recomputes: Bool

  let model: Llama
  let arena: LlamaArena
  let pool: WorkerPool
  let rotary: RotaryEmbedding
  let attention: Attention
  private let longest: Int

  /// Those of the last pass.
  private(set) var inputs = LlamaInputs(tokens: [], targets: [], segments: [])
  /// Whether a backward pass can follow the last one.
  private var isBackwardDue = false

  /// Rows of a chunk.
  static let chunk = 256

  /// A graph with memory of its own.
  ///
  /// - Parameters:
  ///   - model: whose parameters are used.
  ///   - capacity: the most tokens of a pass.
  ///   - longest: the most tokens of a segment; the model's context length by default.
  ///   - positions: one more than the largest position of `LlamaInputs/positions`; the model's context
  ///     length by default, or the capacity if that is less.
  ///   - recomputing: keep of each layer only its input and its attention's output, (C + query width
  ///     + heads) floats a position, and make the rest again in the backward pass, which costs the
  ///     forward products but for attention's and the down projection's. Losses and gradients stay
  ///     the same to the last bit.
  ///   - pool: threads to work with.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ model: Llama, capacity: Int, longest: Int? = nil, positions: Int? = nil,
    recomputing: Bool = false, pool: WorkerPool = .shared
  ) throws {
    self.model = model
    recomputes = recomputing
    self.capacity = capacity
    self.pool = pool
    let shape = model.configuration
    rotary = try RotaryEmbedding(
      shape, positions: positions ?? min(shape.contextLength, max(capacity, 1)))
    attention = Attention(shape)
    self.longest = min(longest ?? shape.contextLength, capacity)
    arena = try LlamaArena(
      shape, positions: capacity, longest: self.longest,
      chunk: min(Self.chunk, capacity), threads: pool.threads, recomputing: recomputing)
  }

  /// The negative log likelihood of each target, in nats; 0 where the target is negative.
  ///
  /// - Parameter inputs: at most ``capacity`` tokens, in segments of at most the context length.
  /// - Complexity: O(N × parameters) and, for attention, quadratic in a segment's length.
  package func losses(of inputs: LlamaInputs) -> [Float] {
    losses(of: inputs, beforeBackward: false)
  }

  /// The same losses, from a pass that ``backward(weights:into:)`` can follow if `beforeBackward`.
  package func losses(of inputs: LlamaInputs, beforeBackward: Bool) -> [Float] {
    prepare(inputs)
    forward(keepingExponentials: beforeBackward)
    isBackwardDue = beforeBackward
    return arena.losses.rows(0..<inputs.count).elements
  }

  /// Adds ∂(Σ weightᵢ lossᵢ)/∂parameters to `gradients`, for the inputs of the pass that
  /// ``losses(of:beforeBackward:)`` has just made.
  ///
  /// - Parameter weights: one for each of the inputs' tokens; without a target it does not matter.
  package func backward(weights: [Float], into gradients: LlamaParameters) {
    precondition(isBackwardDue, "a backward pass without the forward pass before it")
    precondition(
      weights.count == inputs.count, "\(weights.count) weights for \(inputs.count) tokens")
    isBackwardDue = false
    propagate(weights, into: gradients)
  }

  /// The logits [N, vocabulary] of a pass without targets, valid until the next.
  package func logits(tokens: [Int32], segments: [Range<Int>], positions: [Int32]? = nil) -> Matrix
  {
    prepare(
      LlamaInputs(
        tokens: tokens, targets: [Int32](repeating: -1, count: tokens.count), segments: segments,
        positions: positions))
    forward(keepingExponentials: false)
    return arena.logits.rows(0..<tokens.count)
  }

  private func prepare(_ inputs: LlamaInputs) {
    precondition(inputs.count <= capacity, "\(inputs.count) tokens, capacity \(capacity)")
    for segment in inputs.segments {
      precondition(
        segment.count <= longest, "a segment of \(segment.count) tokens, at most \(longest)")
    }
    self.inputs = inputs
    isBackwardDue = false
  }

  func forEachChunk(_ body: @Sendable (_ rows: Range<Int>, _ chunk: Int, _ worker: Int) -> Void) {
    let count = inputs.count
    pool.forEach((count + Self.chunk - 1) / Self.chunk) { index, worker in
      body(index * Self.chunk..<min((index + 1) * Self.chunk, count), index, worker)
    }
  }

  /// Calls `body` for each segment and key/value head; outside of segments `cleared` is set to
  /// zero first.
  func attentionTasks(
    clearing cleared: Matrix, _ body: @escaping @Sendable (Range<Int>, Int, Int) -> Void
  ) -> (count: Int, run: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    let (segments, padding) = (inputs.segments, inputs.padding)
    let heads = attention.keyValueHeads
    return (
      segments.count * heads + 1,
      { task, worker in
        if task == segments.count * heads {
          for rows in padding { cleared.rows(rows).fill(0) }
        } else {
          body(segments[task / heads], task % heads, worker)
        }
      }
    )
  }
}
