public import CodecLM
import Foundation

/// How likely a model finds pictures, in bits: what it would spend on them as a compressor.
///
/// The bits of a picture are those of its canonical stream's tokens and its end token, each given those
/// before it. A stream that is longer than the model's context is taken in windows, as in training.
///
/// ```swift
/// let scorer = try Scorer(Checkpoint(run))
/// let scores = try scorer.scores(of: [scorer.codec.canonicalBytes(of: file)])
/// print(scores[0].bits, "bits,", scores[0].share, "of what baseline JPEG spends")
/// ```
public struct Scorer {
  /// The codec of the model's streams.
  public let codec: any Codec

  private let checkpoint: Checkpoint
  private let pool: WorkerPool
  private let losses: any TokenLosses

  /// A scorer of a checkpoint's model.
  ///
  /// - Parameters:
  ///   - checkpoint: model, tokenizer and codec.
  ///   - weights: how matrices are stored; with `WeightFormat/f32` a pass takes many pictures,
  ///     with the others one.
  ///   - pool: threads to work with.
  /// - Throws: `CodecError/invalidProfile(_:)`, `NumericsError/outOfMemory(bytes:)`.
  public init(
    _ checkpoint: Checkpoint, weights: WeightFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    self.checkpoint = checkpoint
    self.pool = pool
    codec = try checkpoint.codec.makeCodec()
    losses =
      weights == .f32
      ? try GraphLosses(checkpoint.model, pool: pool)
      : try DecoderLosses(checkpoint.decoderWeights(format: weights, pool: pool), pool: pool)
  }

  /// The scores of canonical streams, in their order.
  ///
  /// - Parameters:
  ///   - streams: what is scored.
  ///   - conditions: tokens before each stream that the model was trained to read there, and on which nothing
  ///     is spent; none by default.
  /// - Throws: `CodecError` for a stream that is none of the profile's, `LlamaError` where the
  ///   model's numbers are none.
  public func scores(
    of streams: [[UInt8]], conditions: [[Int32]]? = nil
  ) throws -> [PictureScore] {
    precondition(
      conditions.map { $0.count == streams.count } ?? true, "a condition for each stream")
    let baselines = pool.map(streams.count) { [codec] index in
      Result { () throws(CodecError) in try codec.baselineBits(of: streams[index]) }
    }
    let tokenizer = checkpoint.tokenizer
    let sequences = streams.indices.map {
      TokenSequence(
        of: tokenizer.encode(streams[$0]), condition: conditions?[$0] ?? [], tokenizer)
    }
    let nats = try losses.losses(of: sequences)
    return try streams.indices.map { index in
      PictureScore(
        tokenBits: nats[index].map { Double($0) / M_LN2 }, bytes: streams[index].count,
        baselineBits: try baselines[index].get())
    }
  }

  /// The bits that each unit of a stream (for JPEG: each MCU) costs, in their order from the top left.
  ///
  /// The codec must have units; see `UnitCoding`.
  ///
  /// A token's bits are shared out evenly over the bits of the stream that it spells; those of
  /// headers, of padding and markers behind a piece of a unit count to the piece that follows, at the end
  /// to the last.
  ///
  /// - Throws: `CodecError` if it is no stream of the profile, or the format has no units.
  public func unitBits(_ score: PictureScore, of stream: [UInt8]) throws(CodecError) -> [Double] {
    let codec = try codec.unitCoding()
    let runs = try codec.unitRuns(of: stream)
    var result = [Double](repeating: 0, count: codec.unitLayout.count)
    var (run, start) = (0, 0)
    let tokenizer = checkpoint.tokenizer
    for (token, bits) in zip(tokenizer.encode(stream), score.tokenBits) {
      let end = start + 8 * tokenizer.bytes(of: token).count
      if end == start { result[runs[run].unit] += bits }
      let each = bits / Double(end - start)
      while start < end {
        while run < runs.count - 1, runs[run].end <= start { run += 1 }
        let next = run < runs.count - 1 ? min(end, runs[run].end) : end
        result[runs[run].unit] += each * Double(next - start)
        start = next
      }
    }
    if let last = runs.last { result[last.unit] += score.tokenBits.last ?? 0 }
    return result
  }
}

/// What a model spends on a picture.
public struct PictureScore: Sendable {
  /// Bits of each token of the stream, and of the end token.
  public let tokenBits: [Double]
  /// Bytes of the canonical stream.
  public let bytes: Int
  /// Bits of the format's plainest coding of the same picture; see `Codec/baselineBits(of:)`.
  public let baselineBits: Int

  /// A score of what is known.
  package init(tokenBits: [Double], bytes: Int, baselineBits: Int) {
    self.tokenBits = tokenBits
    self.bytes = bytes
    self.baselineBits = baselineBits
  }

  /// Bits of the whole stream, its end included.
  public var bits: Double { tokenBits.reduce(0, +) }
  /// Bits for each byte of the canonical stream.
  public var bitsPerByte: Double { bits / Double(bytes) }
  /// What the model spends as a share of the plainest coding.
  public var share: Double { bits / Double(baselineBits) }
}

/// The negative log likelihood of each token behind the prefix, in nats.
private protocol TokenLosses {
  func losses(of sequences: [TokenSequence]) throws(LlamaError) -> [[Float]]
}

/// Many sequences a pass, on the training path.
private final class GraphLosses: TokenLosses {
  private let graph: LlamaGraph
  private let window: Int

  /// Positions of a pass: enough to fill the threads' chunks.
  private static let positions = 4_096

  init(_ model: Llama, pool: WorkerPool) throws {
    window = model.configuration.contextLength
    // Only the backward pass would make something again.
    graph = try LlamaGraph(
      model, capacity: max(Self.positions, window), recomputing: true, pool: pool)
  }

  func losses(of sequences: [TokenSequence]) throws(LlamaError) -> [[Float]] {
    var result = sequences.map { _ in [Float]() }
    var batch = TokenBatch()
    func pass() {
      let losses = graph.losses(of: LlamaInputs(batch))
      for (sequence, segment) in zip(batch.sources, batch.segments) {
        for position in segment where batch.weights[position] != 0 {
          result[sequence].append(losses[position])
        }
      }
      batch.removeAll()
    }
    for (index, sequence) in sequences.enumerated() {
      for positions in sequence.windows(of: window) {
        if batch.tokens.count + positions.count > graph.capacity { pass() }
        batch.append(positions, of: sequence, source: index)
      }
    }
    if !batch.tokens.isEmpty { pass() }
    guard result.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw .notFinite(weights: .f32, cache: .f32)
    }
    return result
  }
}

/// One sequence after the other, on the decoding path, whose weights may be of any format.
private final class DecoderLosses: TokenLosses {
  private var decoder: LlamaDecoder

  init(_ weights: DecoderWeights, pool: WorkerPool) throws {
    decoder = try LlamaDecoder(weights, slots: 1, pool: pool)
  }

  func losses(of sequences: [TokenSequence]) throws(LlamaError) -> [[Float]] {
    try sequences.map { sequence throws(LlamaError) in
      Array(try decoder.losses(of: sequence.tokens).dropFirst(sequence.prefixCount - 1))
    }
  }
}
