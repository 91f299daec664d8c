/// The training path: whole sequences in, losses and gradients out.
///
/// A pass works on N positions that hold independent segments (images), one after the other. Rows
/// go through in fixed chunks, each chunk on one worker: the element-wise work rides in the same
/// chunk as the matrix products beside it, while its rows are in cache. Chunks, attention's tasks and
/// blocks of weights are the same whatever the number of threads, and sums over them are ordered, so
/// that results are too.
public final class LlamaGraph {
  /// The most positions of a pass.
  public let capacity: Int
  /// Bytes of the arena, all that a pass uses beside parameters and gradients.
  public var arenaBytes: Int { arena.buffer.count * 4 }

  /// Whether the backward pass makes most activations again instead of keeping them.
  public let recomputes: Bool

  let model: Llama
  let arena: LlamaArena
  let pool: WorkerPool
  let rotary: RotaryEmbedding
  let attention: Attention
  private let longest: Int

  var inputs = LlamaInputs()

  /// Rows of a chunk.
  static let chunk = 256

  /// A graph with memory of its own.
  ///
  /// - Parameters:
  ///   - model: whose parameters are used.
  ///   - capacity: the most positions of a pass.
  ///   - longest: the most positions of a segment; the model's context length by default.
  ///   - recomputing: keep of each layer only its input and its attention's output, (C + query width
  ///     + heads) floats a position, and make the rest again in the backward pass, which costs the
  ///     forward products but for attention's and the down projection's. Losses and gradients stay
  ///     the same to the last bit.
  ///   - pool: threads to work with.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public init(
    _ model: Llama, capacity: Int, longest: Int? = nil, recomputing: Bool = false,
    pool: WorkerPool = .shared
  ) throws {
    self.model = model
    recomputes = recomputing
    self.capacity = capacity
    self.pool = pool
    let shape = model.configuration
    rotary = try RotaryEmbedding(shape, positions: min(shape.contextLength, max(capacity, 1)))
    attention = Attention(shape)
    self.longest = min(longest ?? shape.contextLength, capacity)
    arena = try LlamaArena(
      shape, positions: capacity, longest: self.longest,
      chunk: min(Self.chunk, capacity), threads: pool.threads, recomputing: recomputing)
  }

  /// The negative log likelihood of each target, in nats; 0 where the target is negative.
  ///
  /// - Parameters:
  ///   - tokens: N ids, at most ``capacity``.
  ///   - targets: N ids, negative where nothing is to be predicted.
  ///   - segments: disjoint ascending ranges of positions, each at most the context length.
  ///     Attention stays inside a segment and positions count from its start. Positions in no
  ///     segment are padding, and their targets must be negative.
  /// - Complexity: O(N × parameters) and, for attention, quadratic in a segment's length.
  public func losses(
    tokens: [Int32], targets: [Int32], segments: [Range<Int>]
  ) -> [Float] {
    prepare(tokens, targets, segments)
    forward(gradientScale: 0)
    return arena.losses.rows(0..<tokens.count).elements
  }

  /// The logits [N, vocabulary] of a pass without targets.
  package func logits(tokens: [Int32], segments: [Range<Int>]) -> Matrix {
    prepare(tokens, [Int32](repeating: -1, count: tokens.count), segments)
    forward(gradientScale: 0)
    return arena.logits.rows(0..<tokens.count)
  }

  /// Adds scale × ∂(Σ losses)/∂parameters to `gradients` and returns Σ losses in nats.
  ///
  /// Arguments are those of ``losses(tokens:targets:segments:)``.
  package func accumulateGradients(
    tokens: [Int32], targets: [Int32], segments: [Range<Int>], scale: Float,
    into gradients: LlamaParameters
  ) -> Double {
    prepare(tokens, targets, segments)
    forward(gradientScale: scale)
    backward(into: gradients)
    var sum = 0.0
    for row in 0..<inputs.count { sum += Double(arena.losses[row, 0]) }
    return sum
  }

  private func prepare(_ tokens: [Int32], _ targets: [Int32], _ segments: [Range<Int>]) {
    precondition(tokens.count <= capacity, "\(tokens.count) positions, capacity \(capacity)")
    precondition(targets.count == tokens.count, "\(targets.count) targets for \(tokens.count)")
    for segment in segments {
      precondition(
        segment.count <= longest, "a segment of \(segment.count) positions, at most \(longest)")
    }
    inputs.set(tokens, targets, segments)
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

/// What a pass works on: tokens, targets, and where each segment begins.
struct LlamaInputs {
  private(set) var tokens: [Int32] = []
  private(set) var targets: [Int32] = []
  private(set) var positions: [Int32] = []
  private(set) var segments: [Range<Int>] = []
  private(set) var padding: [Range<Int>] = []

  var count: Int { tokens.count }

  mutating func set(_ tokens: [Int32], _ targets: [Int32], _ segments: [Range<Int>]) {
    self.tokens = tokens
    self.targets = targets
    self.segments = segments
    positions.removeAll(keepingCapacity: true)
    padding.removeAll(keepingCapacity: true)
    for segment in segments + [tokens.count..<tokens.count] {
      precondition(
        segment.lowerBound >= positions.count && segment.upperBound <= tokens.count,
        "segment \(segment) overlaps or leaves \(tokens.count) positions")
      if segment.lowerBound > positions.count {
        padding.append(positions.count..<segment.lowerBound)
        positions.append(
          contentsOf: repeatElement(0, count: segment.lowerBound - positions.count))
      }
      positions.append(contentsOf: 0..<Int32(segment.count))
    }
  }
}
