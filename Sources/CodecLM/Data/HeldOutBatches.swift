/// One pass over a store's held-out images, in the store's order and packed like training batches.
///
/// The last batch is filled up with padding.
package struct HeldOutBatches: Sequence, IteratorProtocol, Sendable {
  private var packer: BatchPacker
  private var images: IndexingIterator<[Int]>

  /// A pass over the held-out images.
  ///
  /// - Parameters:
  ///   - store: where the images are.
  ///   - rows: rows of a batch, at least 1.
  ///   - context: positions of a row, at least 1.
  ///   - limit: the largest number of images to visit, at least 1; they are spread evenly over the
  ///     store, because neighbours in a folder are alike.
  package init(_ store: TokenStore, rows: Int, context: Int, limit: Int = .max) {
    precondition(limit >= 1, "a limit of \(limit) images")
    packer = BatchPacker(store, rows: rows, context: context)
    images = store.heldOutIndices(limit: limit).makeIterator()
  }

  /// The next batch, nil after the last image.
  package mutating func next() -> TokenBatch? {
    var batch = TokenBatch(
      rows: packer.rows, context: packer.context, tokenizer: packer.store.tokenizer)
    packer.fill(&batch, from: &images)
    return batch.segments.isEmpty ? nil : batch
  }
}

extension TokenStore {
  /// At most `limit` of the held-out images, spread evenly over them.
  func heldOutIndices(limit: Int) -> [Int] {
    let count = min(limit, heldOutIndices.count)
    return (0..<count).map { heldOutIndices[$0 * heldOutIndices.count / count] }
  }
}
