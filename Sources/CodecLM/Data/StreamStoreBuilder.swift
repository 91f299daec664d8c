public import Foundation

extension StreamStore {
  /// The store of a folder's images at `url`, made unless it is there already; the folders above it are made.
  ///
  /// A store is reused when its format, the codec's profile, the held-out share, whether there are mirror
  /// images, annotations, the folder's limit of pixels and the path, size and modification time of
  /// every file are what they were. Otherwise, or when it is damaged or files were skipped, it is replaced at
  /// once when the new one is complete.
  ///
  /// - Parameters:
  ///   - source: what the streams are made from.
  ///   - url: the store's file.
  ///   - others: stores of other runs; one that would be reused if it stood at `url` gets that as a second
  ///     name.
  ///   - pool: the threads that read and encode.
  ///   - progress: called about twice a second; an error it throws ends building.
  /// - Throws: ``StoreError``, ``FileError`` when the store cannot be written, and what `progress` throws.
  ///   What stood at `url` is then unchanged.
  /// - Precondition: the source's held-out share is in 0...1.
  public static func build(
    _ source: StreamSource, at url: URL, reusing others: [URL] = [], pool: WorkerPool = .shared,
    progress: (FileProgress) throws -> Void = { _ in }
  ) throws -> StreamStore {
    precondition(
      (0...1).contains(source.heldOutShare), "a held-out share of \(source.heldOutShare)")
    if source.isMirrored, !(source.codec is any Mirroring) {
      throw CodecError.unsupported("mirror images")
    }
    let listing = source.listing
    let keys = StoreKeys(listing)
    if let old = try existing(at: url), old.isFresh(keys) { return old }
    let parent = url.deletingLastPathComponent()
    try Folders.make(parent)
    do {
      if let other = others.first(where: { (try? StreamStore($0))?.isFresh(keys) ?? false }) {
        try Folders.link(other, to: url)
        return try StreamStore(url)
      }
      try write(source, listing, keys, to: url, pool, progress)
    } catch {
      Folders.removeIfEmpty(parent)
      guard let file = error as? SkippedFile else { throw error }
      throw StoreError.unusableFile(folder: source.folder.url.path, file)
    }
    return try StreamStore(url)
  }

  private static func write(
    _ source: StreamSource, _ listing: StreamListing, _ keys: StoreKeys, to url: URL,
    _ pool: WorkerPool, _ progress: (FileProgress) throws -> Void
  ) throws {
    let folder = source.folder
    let count = folder.files.count
    var writer = try StreamStoreWriter(url)
    // The mirror image of a single one would be all there is to train on.
    let isMirrored = source.isMirrored && count > 1
    var pass = try FilePass(
      total: isMirrored ? 2 * count : count, skipped: folder.unreadable, isStrict: source.isStrict,
      pool: pool)
    try pass.map(count, of: source.file) { file, _ in
      let stream = try source.codec.canonicalBytes(of: file)
      return (stream: stream, hash: HeldOutSplit.hash(stream))
    } then: { results in
      for (number, (stream, hash)) in results {
        try writer.append(
          stream, hash: hash, file: number,
          source.annotations[folder.files[number].path] ?? StreamAnnotation())
      }
    } progress: {
      try progress($0)
    }
    guard writer.count > 0 else {
      throw StoreError.noUsableImage(
        folder: folder.url.path, count: count, first: Array(pass.skipped.prefix(3)))
    }
    writer.holdOut(source.heldOutShare)
    if isMirrored, writer.count > 1 {
      let training = writer.trainingFiles
      let heldOut = writer.heldOutHashes
      pass.total = count + training.count
      try pass.map(training.count) {
        source.file(training[$0])
      } _: { file, _ in
        let stream = try source.codec.mirroredBytes(of: file)
        return (stream: stream, hash: HeldOutSplit.hash(stream))
      } then: { results in
        for (index, (stream, hash)) in results where !heldOut.contains(hash) {
          let number = training[index]
          try writer.append(
            stream, hash: hash, file: number,
            source.annotations[folder.files[number].path]?.mirrored ?? StreamAnnotation())
        }
      } progress: {
        try progress($0)
      }
    }
    try writer.finish(keys, listing, skipped: pass.skipped)
  }
}
