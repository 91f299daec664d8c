public import Foundation

extension TokenStore {
  /// How far building has come.
  public struct Progress: Equatable, Sendable {
    /// Files done, skipped ones included.
    public internal(set) var done: Int
    /// Files in the folder; training images are counted twice where they are mirrored.
    public internal(set) var total: Int
    /// Files skipped so far.
    public internal(set) var skipped: Int
  }

  /// The store of a folder's images at `url`, built unless it is there already.
  ///
  /// A store is reused when its format, `codecKey`, `tokenizer`, `heldOutShare`, `mirrored`, the folder's
  /// ``MediaFolder/maximumPixels`` and the path, size and modification time of every file are what they were.
  /// Otherwise, or when it is damaged or files were skipped, it is replaced at once when the new one is complete.
  ///
  /// - Parameters:
  ///   - folder: the images.
  ///   - codec: brings each file into canonical form.
  ///   - codecKey: bytes that differ when `codec` gives different results, such as its profile's
  ///     JSON.
  ///   - tokenizer: makes tokens of canonical bytes.
  ///   - url: the store's file; its folder must exist.
  ///   - heldOutShare: in 0...1, which share of the images is kept for validation; by default
  ///     ``HeldOutSplit/share(of:)`` of the number of files. With two or more pictures, at least one is on
  ///     each side.
  ///   - mirrored: whether each training image is there a second time, mirrored left to right, behind
  ///     all images; not where its mirror image is held out.
  ///   - strict: whether a file that cannot be used is an error instead of being skipped.
  ///   - key: the ``TokenStore/key`` of the store that is wanted, where nothing else will do. A store that has it is
  ///     taken whatever the files' times are, and nothing is written unless the folder's files fit it.
  ///   - pool: the threads that decode.
  ///   - progress: called about twice a second; an error it throws ends building.
  /// - Throws: ``TokenStoreError``, ``FileError`` when the store cannot be written,
  ///   ``CodecError/unsupported(_:)`` when the codec cannot mirror and is to, and what `progress` throws. What stood at `url` is then unchanged.
  public static func build(
    from folder: MediaFolder, codec: some Codec, codecKey: [UInt8], tokenizer: Tokenizer = .bytes,
    at url: URL, heldOutShare: Double? = nil, mirrored: Bool = false, strict: Bool = false,
    expecting key: UInt64? = nil, pool: WorkerPool = .shared,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    if mirrored, !(codec is any Mirroring) { throw CodecError.unsupported("mirror images") }
    let share = heldOutShare ?? HeldOutSplit.share(of: folder.files.count)
    precondition((0...1).contains(share), "a held-out share of \(share)")
    let keys = Keys(folder, codecKey, tokenizer, share, mirrored: mirrored)
    let old = try existing(at: url, replacingOldVersions: key == nil)
    if let key, keys.content != key {
      throw TokenStoreError.changed(
        folder: folder.url.path, what: old.map { $0.difference(from: folder) } ?? "")
    }
    // What could not be read may have been mended.
    let isFresh = old.map { $0.freshness == keys.freshness && $0.skipped.isEmpty } ?? false
    if let old, old.key == keys.content, key != nil || isFresh {
      if strict, let file = old.skipped.first {
        throw TokenStoreError.unusableFile(folder: folder.url.path, file)
      }
      return old
    }
    var writer = try TokenStoreWriter(url, tokenizer: tokenizer)
    let files = folder.files
    // The mirror image of a single one would be all there is to train on.
    let mirrored = mirrored && files.count > 1
    var state = Progress(done: 0, total: files.count * (mirrored ? 2 : 1), skipped: 0)
    func skip(_ file: SkippedFile, in writer: inout TokenStoreWriter) throws(TokenStoreError) {
      if strict { throw .unusableFile(folder: folder.url.path, file) }
      writer.skip(file)
    }
    func add(
      _ places: [Int], to writer: inout TokenStoreWriter, excluding unwanted: Set<UInt64> = [],
      _ bytes: @Sendable ([UInt8]) throws(CodecError) -> [UInt8]
    ) throws -> [Int] {
      var added: [Int] = []
      try pool.forEachPortion(of: places.count) { index in
        stream(files[places[index]], of: folder, bytes).map {
          (tokenizer.encode($0), $0.count, HeldOutSplit.hash($0))
        }
      } then: { range, results in
        for (place, result) in zip(places[range], results) {
          let name = files[place].path
          switch result {
          case .success(let (tokens, bytes, hash)):
            if unwanted.contains(hash) { continue }
            try writer.append(name: name, tokens: tokens, bytes: bytes, hash: hash)
            added.append(place)
          case .failure(let failure):
            try skip(SkippedFile(path: name, reason: failure.reason), in: &writer)
          }
        }
        state.done += range.count
        state.skipped = writer.skipped.count
        try progress(state)
      }
      return added
    }
    for file in folder.unreadable { try skip(file, in: &writer) }
    let images = try add(Array(files.indices), to: &writer) { (file) throws(CodecError) in
      try codec.canonicalBytes(of: file)
    }
    guard writer.count > 0 else {
      throw TokenStoreError.noUsableImage(
        folder: folder.url.path, count: files.count, first: Array(writer.skipped.prefix(3)))
    }
    writer.holdOut(share)
    if mirrored, writer.count > 1 {
      let training = writer.trainingIndices.map { images[$0] }
      state.total = files.count + training.count
      let heldOut = writer.heldOutHashes
      _ = try add(training, to: &writer, excluding: heldOut) { (file) throws(CodecError) in
        try codec.mirroredBytes(of: file)
      }
    }
    try writer.finish(key: keys.content, freshness: keys.freshness, tokenizer: tokenizer)
    return try TokenStore(url)
  }

  /// Why a file gave no stream.
  struct Failure: Error {
    let reason: String
  }

  /// What `bytes` makes of a file.
  static func stream(
    _ file: MediaFolder.File, of folder: MediaFolder,
    _ bytes: ([UInt8]) throws(CodecError) -> [UInt8]
  ) -> Result<[UInt8], Failure> {
    let contents: [UInt8]
    do {
      contents = try FileBytes.read(folder.path(of: file))
    } catch {
      return .failure(Failure(reason: error.reason))
    }
    do {
      return .success(try bytes(contents))
    } catch {
      return .failure(Failure(reason: error.description))
    }
  }

  /// The store at `url`; nil when there is none, or one to be replaced.
  ///
  /// Anything else that stands there is not ours to overwrite, and an error.
  private static func existing(
    at url: URL, replacingOldVersions: Bool
  ) throws -> TokenStore? {
    guard !FolderListing.nothingIs(at: url.path) else { return nil }
    do {
      return try TokenStore(url)
    } catch TokenStoreError.damaged {
      return nil
    } catch TokenStoreError.unsupportedVersion where replacingOldVersions {
      return nil
    }
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

  /// What the contents depend on.
  private struct Keys {
    /// Of the files their names and sizes.
    let content: UInt64
    /// Their times too, and what lets a file be skipped.
    let freshness: UInt64

    init(
      _ folder: MediaFolder, _ codecKey: [UInt8], _ tokenizer: Tokenizer, _ heldOutShare: Double,
      mirrored: Bool
    ) {
      var hash = StableHash()
      hash.append(field: codecKey)
      hash.append(field: tokenizer.file.bytes)
      hash.append(word: heldOutShare.bitPattern)
      if mirrored { hash.append(word: 1) }
      for file in folder.files {
        hash.append(field: file.path.utf8)
        hash.append(word: UInt64(truncatingIfNeeded: file.size))
      }
      content = hash.value
      hash.append(word: UInt64(truncatingIfNeeded: folder.maximumPixels))
      for file in folder.files { hash.append(word: UInt64(bitPattern: file.modified)) }
      for file in folder.unreadable { hash.append(field: file.path.utf8) }
      freshness = hash.value
    }
  }
}
