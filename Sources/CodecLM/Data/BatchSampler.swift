/// Training batches without end: every training image once an epoch, in an order of its own each
/// epoch.
///
/// Images of the next epoch fill up the batch in which one ends, so every row is used. Which
/// batches come depends on the store, rows, context, seed and state alone.
package struct BatchSampler: Sendable {
  /// How far the sampler has come; with it, another sampler goes on with the same batches.
  package struct State: Codable, Equatable, Sendable {
    /// The epoch that images are drawn from, from 0.
    package internal(set) var epoch = 0
    /// Number of images drawn from the epoch.
    package internal(set) var cursor = 0
    /// Images drawn and not yet in a batch.
    package internal(set) var pending: [ImageWindow] = []

    /// The beginning.
    package init() {}
  }

  private var packer: BatchPacker
  private var order: EpochOrder

  /// Number of rows of each batch.
  package var rows: Int { packer.rows }
  /// Number of positions of each row.
  package var context: Int { packer.context }

  /// A sampler of a store's training images.
  ///
  /// - Parameters:
  ///   - store: where the images are.
  ///   - rows: rows of a batch, at least 1.
  ///   - context: positions of a row, at least 1.
  ///   - seed: the run's seed; epoch *e* is shuffled by the ``RandomStream`` (seed, *e*).
  ///   - state: where to go on, from a sampler of the same store and context.
  /// - Throws: `BatchSamplerError` when `state` comes from another store or context.
  package init(
    _ store: TokenStore, rows: Int, context: Int, seed: UInt64, state: State = State()
  ) throws(BatchSamplerError) {
    packer = BatchPacker(store, rows: rows, context: context)
    guard state.epoch >= 0, (0...store.trainingIndices.count).contains(state.cursor) else {
      throw .stateDoesNotFit(
        "image \(state.cursor) of epoch \(state.epoch), where an epoch has "
          + "\(store.trainingIndices.count) images")
    }
    for window in state.pending {
      guard (0..<store.count).contains(window.image), window.start >= 0,
        window.start < store.positionCount(of: window.image), window.start % context == 0
      else {
        throw .stateDoesNotFit("position \(window.start) of image \(window.image) waits")
      }
    }
    packer.pending = state.pending
    order = EpochOrder(store.trainingIndices, seed: seed, epoch: state.epoch, cursor: state.cursor)
  }

  /// What to save in order to go on after the last batch.
  package var state: State {
    var state = State()
    state.epoch = order.epoch
    state.cursor = order.cursor
    state.pending = packer.pending
    return state
  }

  /// The next batch.
  package mutating func next() -> TokenBatch {
    var batch = TokenBatch(rows: rows, context: context, tokenizer: packer.store.tokenizer)
    next(into: &batch)
    return batch
  }

  /// Replaces `batch`, of the same rows and context, by the next one in the same memory.
  package mutating func next(into batch: inout TokenBatch) {
    packer.fill(&batch, from: &order)
  }
}

/// Why a sampler cannot go on.
package enum BatchSamplerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The state is of another store or context; the text is the first part that does not fit.
  case stateDoesNotFit(String)

  /// One line that says what does not fit, and the way out.
  package var description: String {
    switch self {
    case .stateDoesNotFit(let part):
      "the saved position in the data is of other data or another context (\(part)); "
        + "go on with the same images and settings, or start again"
    }
  }
}

/// The images of all epochs one after another, each epoch shuffled.
package struct EpochOrder: IteratorProtocol, Sendable {
  private let images: [Int]
  private let seed: UInt64
  package private(set) var epoch: Int
  package private(set) var cursor: Int
  private var shuffled: [Int] = []

  /// Begins after `cursor` images of `epoch`.
  package init(_ images: [Int], seed: UInt64, epoch: Int, cursor: Int) {
    self.images = images
    self.seed = seed
    self.epoch = epoch
    self.cursor = cursor
    shuffle()
  }

  package mutating func next() -> Int? {
    if cursor == images.count {
      epoch += 1
      cursor = 0
      shuffle()
    }
    defer { cursor += 1 }
    return shuffled[cursor]
  }

  /// Fisher and Yates' shuffle, written out because the standard library's may change its draws.
  private mutating func shuffle() {
    shuffled = images
    var stream = RandomStream(seed: seed, stream: UInt64(epoch))
    for last in stride(from: images.count - 1, to: 0, by: -1) {
      // The upper half of a product is uniform in 0...last but for a bias below (last + 1) / 2⁶⁴.
      let other = Int(stream.next().multipliedFullWidth(by: UInt64(last + 1)).high)
      shuffled.swapAt(last, other)
    }
  }
}
