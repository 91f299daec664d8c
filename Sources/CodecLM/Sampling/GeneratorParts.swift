import Synchronization

/// What the copies of a generator share, made when it is first asked for.
final class GeneratorParts: Sendable {
  private let checkpoint: Checkpoint
  private let madeTrie = Mutex<TokenTrie?>(nil)
  private let madeWeights = Mutex<DecoderWeights?>(nil)

  init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

  /// The tree of the tokenizer's tokens.
  var trie: TokenTrie {
    madeTrie.withLock { made in
      if let made { return made }
      let trie = TokenTrie(checkpoint.tokenizer)
      made = trie
      return trie
    }
  }

  /// The weights in a format; the last one is kept.
  ///
  /// - Throws: as ``Checkpoint/decoderWeights(format:pool:)``.
  func weights(_ format: WeightFormat, pool: WorkerPool) throws -> DecoderWeights {
    if let made = madeWeights.withLock({ $0 }), made.format == format { return made }
    // Outside the lock, which must not be held while the pool's turn is waited for. Of two that make them
    // at the same time the first's stay.
    let weights = try checkpoint.decoderWeights(format: format, pool: pool)
    return madeWeights.withLock { made in
      if let made, made.format == format { return made }
      made = weights
      return weights
    }
  }
}
