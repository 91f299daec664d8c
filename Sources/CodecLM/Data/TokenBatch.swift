/// Positions for one step of training or validation, rows × context of them, row by row.
///
/// A segment is the range of positions of one sequence, or of one window of a sequence that is longer than
/// the context. It lies within a row; attention must not leave it, and positions count from 0 at its
/// start. An image of *n* tokens t takes *n* + 1 positions where its prefix is BOS alone: BOS, t₀ … tₙ₋₁
/// are its tokens, t₀ … tₙ₋₁, EOS its targets. See ``TokenSequence``.
public struct TokenBatch: Equatable, Sendable {
  /// Inputs, rows × context; EOS where nothing is.
  public private(set) var tokens: [Int32]
  /// The token that follows each input, rows × context; −1 where there is nothing to predict.
  public private(set) var targets: [Int32]
  /// How much each target counts, rows × context; 0 where there is nothing to predict.
  public private(set) var weights: [Float]
  /// Where each input stands for the rotary embedding, rows × context; from 0 in each segment.
  public private(set) var positions: [Int32]
  /// Ranges of positions in the flat batch, ascending and disjoint; positions between them are
  /// padding.
  public private(set) var segments: [Range<Int>] = []
  /// Which image of the store each segment is of.
  package private(set) var sources: [Int] = []
  /// Number of targets that are predicted, that is, whose weight is not 0.
  public private(set) var predictions = 0
  /// Number of images that end in the batch, that is, of EOS targets.
  package internal(set) var images = 0
  /// Number of canonical bytes that the targets spell.
  package internal(set) var bytes = 0

  /// A batch of padding only.
  package init(rows: Int, context: Int, tokenizer: Tokenizer) {
    let count = rows * context
    tokens = Array(repeating: tokenizer.endToken, count: count)
    targets = Array(repeating: -1, count: count)
    weights = Array(repeating: 0, count: count)
    positions = Array(repeating: 0, count: count)
  }

  /// A batch of no positions, which grows.
  package init() { (tokens, targets, weights, positions) = ([], [], [], []) }

  /// Appends a window of a sequence as a segment.
  ///
  /// - Parameters:
  ///   - window: positions of the sequence.
  ///   - sequence: what is copied.
  ///   - source: the number of its image.
  package mutating func append(_ window: Range<Int>, of sequence: TokenSequence, source: Int) {
    let first = sequence.firstPosition(in: window)
    segments.append(tokens.count..<tokens.count + window.count)
    sources.append(source)
    tokens += sequence.tokens[window]
    for index in window {
      let weight = sequence.weight(at: index)
      targets.append(sequence.target(at: index))
      weights.append(weight)
      positions.append(sequence.position(at: index) - first)
      if weight != 0 { predictions += 1 }
    }
  }

  /// Appends padding up to so many positions.
  mutating func pad(to count: Int, with token: Int32) {
    let padding = count - tokens.count
    tokens.append(contentsOf: repeatElement(token, count: padding))
    targets.append(contentsOf: repeatElement(-1, count: padding))
    weights.append(contentsOf: repeatElement(0, count: padding))
    positions.append(contentsOf: repeatElement(0, count: padding))
  }

  /// Removes all positions, and keeps their memory.
  package mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    segments.removeAll(keepingCapacity: true)
    sources.removeAll(keepingCapacity: true)
    (predictions, images, bytes) = (0, 0, 0)
  }
}
