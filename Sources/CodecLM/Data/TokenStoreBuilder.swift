public import Foundation

extension TokenStore {
  /// The tokens of a store of streams, at `url`, made unless they are there already; the folders above it are
  /// made.
  ///
  /// No picture is decoded: with another tokenizer this is a matter of seconds.
  ///
  /// - Parameters:
  ///   - streams: the images.
  ///   - tokenizer: what makes tokens of them.
  ///   - url: the store's file.
  ///   - pool: the threads that encode.
  ///   - progress: called about twice a second; an error it throws ends building.
  /// - Throws: ``StoreError``, ``FileError`` when the store cannot be written, and what `progress` throws.
  ///   What stood at `url` is then unchanged.
  public static func build(
    _ streams: StreamStore, _ tokenizer: Tokenizer, at url: URL, pool: WorkerPool = .shared,
    progress: (FileProgress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    let keys = StoreKeys(streams.listing, tokenizer)
    if let old = try existing(at: url), old.isFresh(keys) { return old }
    try Folders.make(url.deletingLastPathComponent())
    var writer = try TokenStoreWriter(url, tokenizer)
    try pool.forEachPortion(of: streams.count) { index in
      tokenizer.encode(streams.bytes(of: index))
    } then: { range, results in
      for (index, tokens) in zip(range, results) {
        try writer.append(tokens, of: index, in: streams)
      }
      streams.discard(range)
      try progress(
        FileProgress(
          done: range.upperBound, total: streams.count, skipped: streams.skipped.count))
    }
    try writer.finish(keys, skipped: streams.skipped, duplicates: streams.duplicates)
    return try TokenStore(url)
  }

  /// The tokens of a folder's images, at `url`, made by way of their streams unless they are there already;
  /// the folders above it are made.
  ///
  /// A store is reused as a ``StreamStore`` is, and when its tokenizer is what it was.
  ///
  /// - Parameters:
  ///   - source: what the streams are made from.
  ///   - tokenizer: what makes tokens of them.
  ///   - url: the store's file.
  ///   - streams: where the streams are kept; by default beside it, with the ending `streams`.
  ///   - pool: the threads that read and encode.
  ///   - progress: called about twice a second, in both passes; an error it throws ends building.
  /// - Throws: ``StoreError``, ``FileError`` when a store cannot be written, and what `progress` throws.
  ///   What stood at `url` is then unchanged.
  public static func build(
    _ source: StreamSource, _ tokenizer: Tokenizer, at url: URL, streams: URL? = nil,
    pool: WorkerPool = .shared, progress: (FileProgress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    if let old = try usable(at: url, source, tokenizer) { return old }
    let place = streams ?? url.deletingPathExtension().appendingPathExtension("streams")
    return try build(
      StreamStore.build(source, at: place, pool: pool, progress: progress), tokenizer, at: url,
      pool: pool, progress: progress)
  }

  /// The store at `url` if it is what ``build(_:_:at:streams:pool:progress:)`` would make.
  ///
  /// - Parameters:
  ///   - url: the store's file.
  ///   - source: what the streams are made from.
  ///   - tokenizer: what makes tokens of them.
  ///   - key: the ``TokenStore/key`` of the store that is wanted, where nothing else will do. A store that has it is
  ///     taken whatever the files' times are.
  /// - Throws: ``StoreError/changed(folder:what:)`` where what is expected cannot be made,
  ///   ``StoreError/unusableFile(folder:_:)`` of a strict source.
  package static func usable(
    at url: URL, _ source: StreamSource, _ tokenizer: Tokenizer, expecting key: UInt64? = nil
  ) throws -> TokenStore? {
    let keys = StoreKeys(source.listing, tokenizer)
    let old = try existing(at: url, replacingOldVersions: key == nil)
    let folder = source.folder
    if let key, keys.content != key {
      throw StoreError.changed(
        folder: folder.url.path, what: old.map { $0.difference(from: folder) } ?? "")
    }
    guard let old, old.key == keys.content, key != nil || old.isFresh(keys) else { return nil }
    if source.isStrict, let file = old.skipped.first {
      throw StoreError.unusableFile(folder: folder.url.path, file)
    }
    return old
  }

  /// A row's length that no image has to be cut for, and into which two of mean length go.
  ///
  /// Rows for one and a half would be a third empty. At least 512, a multiple of 64.
  public var suggestedContext: Int {
    let twoImages = 2.1 * (statistics.mean + 1)
    let positions = max(512, statistics.longest + 1, Int(twoImages.rounded(.up)))
    return (positions + 63) / 64 * 64
  }

  /// In what a folder's files are others than those the store was built from, by their names.
  private func difference(from folder: MediaFolder) -> String {
    let old = Set(((0..<count).map(name) + skipped.map(\.path)).map { Array($0.utf8) })
    let new = Set((folder.files.map(\.path) + folder.unreadable.map(\.path)).map { Array($0.utf8) })
    let (added, missing) = (new.subtracting(old), old.subtracting(new))
    func part(_ names: Set<[UInt8]>, _ word: String) -> String? {
      names.min { $0.lexicographicallyPrecedes($1) }.map {
        "\(names.count) \(word), such as \(String(decoding: $0, as: UTF8.self))"
      }
    }
    let parts = [part(added, "new"), part(missing, "missing")].compactMap { $0 }
    return parts.isEmpty ? "sizes or the form differ" : parts.joined(separator: "; ")
  }
}
