import Foundation

/// Canonical streams of some of a folder's images, to train a tokenizer on.
///
/// Images are drawn in an order that depends on the folder alone, without those that a token store
/// of the folder holds out.
public struct StreamSample: Sendable {
  /// The streams, at least one.
  public private(set) var streams: [[UInt8]] = []
  /// Files that were drawn and could not be used.
  public private(set) var skipped: [SkippedFile] = []

  /// Bytes of all streams.
  public var byteCount: Int { streams.reduce(0) { $0 + $1.count } }

  private static let filesPerChunk = 1_024

  /// Draws images until there are enough.
  ///
  /// - Parameters:
  ///   - folder: where the images are.
  ///   - profile: the streams' form.
  ///   - heldOutShare: which share of the images the store holds out; by default
  ///     ``HeldOutSplit/share(of:)`` of the number of files.
  ///   - images: the largest number of images; the authors of JPEG-LM used 10,000.
  ///   - bytes: no image is added once there are so many.
  ///   - pool: threads that encode them.
  ///   - progress: called about twice a second with the number of streams so far; an error it throws ends
  ///     drawing.
  /// - Throws: ``TokenStoreError/noUsableImage(folder:count:first:)``,
  ///   ``CodecError/invalidProfile(_:)``, and what `progress` throws.
  public init(
    of folder: MediaFolder, _ profile: CodecProfile, heldOutShare: Double? = nil,
    images: Int = 10_000, bytes: Int = 64 << 20, pool: WorkerPool = .shared,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let codec = try profile.makeCodec(maximumPixels: folder.maximumPixels)
    let share = heldOutShare ?? HeldOutSplit.share(of: folder.files.count)
    var order = EpochOrder(Array(folder.files.indices), seed: 0, epoch: 0, cursor: 0)
    var left = folder.files.count
    var total = 0
    var drawn: [(stream: [UInt8], hash: UInt64)] = []
    var usable = 0
    while left > 0, usable < images, total < bytes {
      let count = min(left, images - usable, Self.filesPerChunk)
      left -= count
      let chunk = (0..<count).compactMap { _ in order.next() }.map { folder.files[$0] }
      try pool.forEachPortion(of: count) { index in
        TokenStore.stream(chunk[index], of: folder) { (file) throws(CodecError) in
          try codec.canonicalBytes(of: file)
        }
      } then: { range, results in
        for (file, result) in zip(chunk[range], results) where total < bytes {
          switch result {
          case .success(let stream):
            let hash = HeldOutSplit.hash(stream)
            drawn.append((stream, hash))
            if HeldOutSplit.isHeldOut(hash, share: share) { continue }
            usable += 1
            total += stream.count
          case .failure(let failure):
            skipped.append(SkippedFile(path: file.path, reason: failure.reason))
          }
        }
        try progress(usable)
      }
    }
    // As the store divides them: where one side is empty, a picture of the other's moves there.
    let flags = HeldOutSplit.flags(drawn.map(\.hash), share: share)
    streams = zip(drawn, flags).filter { !$0.1 }.map(\.0.stream)
    guard !streams.isEmpty else {
      throw TokenStoreError.noUsableImage(
        folder: folder.url.path, count: folder.files.count, first: Array(skipped.prefix(3)))
    }
  }
}

extension Tokenizer {
  /// The tokenizer that ``BytePairTrainer`` learns from a sample's streams.
  ///
  /// - Parameters:
  ///   - sample: what to learn from.
  ///   - vocabulary: number of tokens, bytes and special ones included.
  ///   - starts: bytes before which a token ends, so that none reaches over them; by default a token
  ///     may hold any part of a stream.
  /// - Precondition: `vocabulary` is in 258...``largestVocabulary``.
  public static func trained(
    on sample: StreamSample, vocabulary: Int, splittingBefore starts: ByteSet = ByteSet()
  ) -> Tokenizer {
    var trainer = BytePairTrainer(vocabulary: vocabulary)
    for stream in sample.streams {
      var start = 0
      for index in stream.indices.dropFirst() where starts.contains(stream[index]) {
        trainer.append(stream[start..<index])
        start = index
      }
      trainer.append(stream[start...])
    }
    return trainer.train()
  }
}
