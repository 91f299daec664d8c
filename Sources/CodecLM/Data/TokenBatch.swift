/// Positions for one step of training or validation, rows × context of them, row by row.
///
/// A segment is the range of positions of one image, or of one window of an image that is longer
/// than the context. It lies within a row; attention must not leave it, and positions count from 0
/// at its start. An image of *n* tokens t takes *n* + 1 positions: BOS, t₀ … tₙ₋₁ are its tokens,
/// t₀ … tₙ₋₁, EOS its targets.
public struct TokenBatch: Equatable, Sendable {
  /// Inputs, rows × context; EOS where nothing is.
  public internal(set) var tokens: [Int32]
  /// The token that follows each input, rows × context; −1 where there is nothing to predict.
  public internal(set) var targets: [Int32]
  /// Ranges of positions in the flat batch, ascending and disjoint; positions between them are
  /// padding.
  public internal(set) var segments: [Range<Int>] = []
  /// Which image of the store each segment is of.
  public internal(set) var sources: [Int] = []
  /// Number of images that end in the batch, that is, of EOS targets.
  public internal(set) var images = 0
  /// Number of canonical bytes that the targets spell.
  public internal(set) var bytes = 0

  /// A batch of padding only.
  public init(rows: Int, context: Int, tokenizer: Tokenizer) {
    tokens = Array(repeating: tokenizer.endToken, count: rows * context)
    targets = Array(repeating: -1, count: rows * context)
  }

  /// How much each target counts: 0 where there is nothing to predict.
  public var weights: [Float] { targets.map { $0 < 0 ? 0 : 1 } }

  /// Each token's position for the rotary embedding: its place in its segment, 0 in padding.
  public var positions: [Int32] {
    var positions = [Int32](repeating: 0, count: tokens.count)
    for segment in segments {
      for place in segment { positions[place] = Int32(place - segment.lowerBound) }
    }
    return positions
  }

  /// Number of targets that are not −1: all positions of all segments.
  public var predictions: Int { segments.reduce(0) { $0 + $1.count } }
}
