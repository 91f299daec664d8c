/// Tokens of whole images, packed into rows of equal length and laid out row after row.
public struct TokenBatch: Sendable {
  /// What the model reads: begin and an image's tokens, image after image; N = rows × context.
  public fileprivate(set) var tokens: [Int32] = []
  /// What follows each of them: the image's tokens and end; −1 where nothing is to be predicted.
  public fileprivate(set) var targets: [Int32] = []
  /// The positions of each image; attention stays inside, and positions count from 0 in each.
  public fileprivate(set) var segments: [Range<Int>] = []
  /// Images that end in this batch.
  public fileprivate(set) var images = 0
  /// Bytes of those images' canonical streams.
  public fileprivate(set) var bytes = 0
  /// Number of targets that are not −1.
  public fileprivate(set) var predictions = 0
}

/// Batches of a store's training images in random order, each image once an epoch.
///
/// An image of n tokens takes n + 1 positions; one that takes more than a row is cut into windows of
/// a row's length. Rows are filled from a pool of pending windows, the first that fits, so that little
/// is left empty.
public struct BatchSampler: Sendable {
  /// Where the sampler stands; with the seed, it determines every batch to come.
  public struct State: Sendable, Codable, Equatable {
    /// Times all images were gone through.
    public var epoch: UInt64 = 0
    /// Images of this epoch that were taken out of its order so far.
    public var cursor = 0
    var pending: [Window] = []

    /// The beginning.
    public init() {}
  }

  struct Window: Sendable, Codable, Equatable {
    let image: Int
    let start: Int
    let count: Int
  }

  /// Where the sampler stands.
  public private(set) var state: State

  private let store: TokenStore
  private let indices: [Int]
  private let rows: Int
  private let context: Int
  private let seed: UInt64?
  private var order: [Int]

  private static let pool = 64

  /// A sampler of the training images.
  ///
  /// - Parameters:
  ///   - rows: rows in a batch.
  ///   - context: positions in a row.
  ///   - state: where an earlier sampler with the same arguments stood.
  public init(_ store: TokenStore, rows: Int, context: Int, seed: UInt64, state: State = State()) {
    self.init(
      store, store.trainingIndices, rows: rows, context: context, seed: seed, state: state)
  }

  private init(
    _ store: TokenStore, _ indices: [Int], rows: Int, context: Int, seed: UInt64?, state: State
  ) {
    precondition(rows >= 1 && context >= 2, "a batch of \(rows) × \(context)")
    self.store = store
    self.indices = indices
    self.rows = rows
    self.context = context
    self.seed = seed
    self.state = state
    order = Self.order(indices, seed, state.epoch)
  }

  /// Batches that hold each of at most `limit` held-out images once, spread evenly over them.
  public static func heldOut(
    of store: TokenStore, rows: Int, context: Int, limit: Int
  ) -> [TokenBatch] {
    let all = store.heldOutIndices
    let count = min(limit, all.count)
    let chosen = (0..<count).map { all[$0 * all.count / count] }
    var sampler = BatchSampler(
      store, chosen, rows: rows, context: context, seed: nil, state: State())
    var batches: [TokenBatch] = []
    while sampler.state.epoch == 0 {
      let batch = sampler.next()
      if !batch.segments.isEmpty { batches.append(batch) }
    }
    return batches
  }

  /// The next batch.
  public mutating func next() -> TokenBatch {
    var batch = TokenBatch()
    for _ in 0..<rows {
      let end = batch.tokens.count + context
      while let window = take(atMost: end - batch.tokens.count) { append(window, to: &batch) }
      let padding = end - batch.tokens.count
      batch.tokens.append(contentsOf: repeatElement(Tokenizer.endToken, count: padding))
      batch.targets.append(contentsOf: repeatElement(-1, count: padding))
    }
    return batch
  }

  /// The first pending window of at most `limit` positions.
  private mutating func take(atMost limit: Int) -> Window? {
    refill()
    guard let place = state.pending.firstIndex(where: { $0.count <= limit }) else {
      if state.pending.isEmpty { state.epoch = 1 }
      return nil
    }
    return state.pending.remove(at: place)
  }

  private mutating func refill() {
    while state.pending.count < Self.pool {
      if state.cursor == order.count {
        // A pass without a seed is one epoch long.
        guard let seed else { return }
        state.epoch += 1
        state.cursor = 0
        order = Self.order(indices, seed, state.epoch)
      }
      let image = order[state.cursor]
      state.cursor += 1
      let positions = store.tokenCount(of: image) + 1
      for start in stride(from: 0, to: positions, by: context) {
        state.pending.append(
          Window(image: image, start: start, count: min(context, positions - start)))
      }
    }
  }

  private func append(_ window: Window, to batch: inout TokenBatch) {
    let tokens = store.tokens(of: window.image)
    let first = batch.tokens.count
    for position in window.start..<window.start + window.count {
      batch.tokens.append(position == 0 ? Tokenizer.beginToken : tokens[position - 1])
      batch.targets.append(position == tokens.count ? Tokenizer.endToken : tokens[position])
    }
    batch.segments.append(first..<batch.tokens.count)
    batch.predictions += window.count
    if window.start + window.count == tokens.count + 1 {
      batch.images += 1
      batch.bytes += store.byteCount(of: window.image)
    }
  }

  private static func order(_ indices: [Int], _ seed: UInt64?, _ epoch: UInt64) -> [Int] {
    guard let seed else { return indices }
    var random = RandomStream(seed: seed, stream: epoch)
    return indices.shuffled(using: &random)
  }
}
