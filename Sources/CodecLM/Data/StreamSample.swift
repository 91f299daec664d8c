import Foundation

/// Canonical streams of some of a folder's images, to train a tokenizer on.
///
/// Images are drawn in an order that depends on the folder alone, without those that a ``StreamStore`` of the
/// folder holds out.
package struct StreamSample: Sendable {
  /// The most that is drawn.
  package struct Limits: Sendable, Equatable {
    /// The largest number of images; the authors of JPEG-LM used 10,000.
    package var images = 10_000
    /// No image is added once there are so many bytes.
    package var bytes = 64 << 20

    /// The usual ones.
    package init() {}
  }

  /// The streams, at least one.
  package private(set) var streams: [[UInt8]]
  /// Files that were drawn and could not be used; none of a store's.
  package private(set) var skipped: [SkippedFile] = []

  /// Bytes of all streams.
  package var byteCount: Int { streams.reduce(0) { $0 + $1.count } }

  private static let filesPerChunk = 1_024

  /// Draws images of a store.
  ///
  /// - Parameters:
  ///   - store: the streams.
  ///   - limits: the most that is drawn.
  package init(of store: StreamStore, _ limits: Limits = Limits()) {
    var images = [Int?](repeating: nil, count: store.fileCount)
    for index in 0..<store.originals { images[store.fileNumber(of: index)] = index }
    var order = Self.order(of: store.fileCount)
    var bytes = 0
    streams = []
    for _ in 0..<store.fileCount where streams.count < limits.images && bytes < limits.bytes {
      guard let image = order.next().flatMap({ images[$0] }), !store.isHeldOut(image) else {
        continue
      }
      streams.append(store.bytes(of: image))
      bytes += store.byteCount(of: image)
    }
    store.discard(0..<store.count)
  }

  /// Draws images of a folder, and reads and encodes these alone.
  ///
  /// - Parameters:
  ///   - folder: where the images are.
  ///   - profile: the streams' form.
  ///   - heldOutShare: which share of the images a store holds out; by default
  ///     `HeldOutSplit/share(of:)` of the number of files.
  ///   - limits: the most that is drawn.
  ///   - pool: threads that encode them.
  ///   - progress: called about twice a second with the number of streams so far; an error it throws ends
  ///     drawing.
  /// - Throws: ``StoreError/noUsableImage(folder:count:first:)``,
  ///   ``CodecError/invalidProfile(_:)``, and what `progress` throws.
  package init(
    of folder: MediaFolder, _ profile: CodecProfile, heldOutShare: Double? = nil,
    _ limits: Limits = Limits(), pool: WorkerPool = .shared,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let source = try StreamSource(folder, profile)
    let share = heldOutShare ?? source.heldOutShare
    var order = Self.order(of: folder.files.count)
    var left = folder.files.count
    var (usable, bytes) = (0, 0)
    var drawn: [(stream: [UInt8], hash: UInt64)] = []
    var pass = try FilePass(total: left, pool: pool)
    while left > 0, usable < limits.images, bytes < limits.bytes {
      let count = min(left, limits.images - usable, Self.filesPerChunk)
      left -= count
      let chunk = (0..<count).compactMap { _ in order.next() }
      try pass.map(count) {
        source.file(chunk[$0])
      } _: { file, _ in
        let stream = try source.codec.canonicalBytes(of: file)
        return (stream: stream, hash: HeldOutSplit.hash(stream))
      } then: { results in
        for (_, (stream, hash)) in results where bytes < limits.bytes {
          drawn.append((stream, hash))
          if HeldOutSplit.isHeldOut(hash, share: share) { continue }
          usable += 1
          bytes += stream.count
        }
        try progress(usable)
      }
    }
    // Where a whole folder is on one side, a picture moves to the other.
    let flags =
      left == 0
      ? HeldOutSplit.flags(drawn.map(\.hash), share: share)
      : drawn.map { HeldOutSplit.isHeldOut($0.hash, share: share) }
    streams = zip(drawn, flags).filter { !$0.1 }.map(\.0.stream)
    skipped = pass.skipped
    guard !streams.isEmpty else {
      throw StoreError.noUsableImage(
        folder: folder.url.path, count: folder.files.count, first: Array(skipped.prefix(3)))
    }
  }

  /// The order in which a folder's files are drawn.
  private static func order(of files: Int) -> EpochOrder {
    EpochOrder(Array(0..<files), seed: 0, epoch: 0, cursor: 0)
  }
}
