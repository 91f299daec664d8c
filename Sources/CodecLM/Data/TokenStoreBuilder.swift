public import Foundation

extension TokenStore {
  /// How far building has come.
  public struct Progress: Equatable, Sendable {
    /// Files done, skipped ones included.
    public let done: Int
    /// Files in the folder.
    public let total: Int
    /// Files skipped so far.
    public let skipped: Int
  }

  /// The share of a folder's images that is kept for validation unless told otherwise.
  public static let usualHeldOutShare = 0.02

  /// Files decoded between two writes: many times the threads, and few enough for memory.
  private static let filesPerChunk = 512

  /// The store of a folder's images at `url`, built unless it is there already.
  ///
  /// A store is reused when its format, `codecKey`, `tokenizer`, `heldOutShare` and the path, size
  /// and modification time of every file are what they were. Otherwise, or when it is damaged, it
  /// is replaced at once when the new one is complete.
  ///
  /// - Parameters:
  ///   - folder: the images.
  ///   - codec: brings each file into canonical form.
  ///   - codecKey: bytes that differ when `codec` gives different results, such as its profile's
  ///     JSON.
  ///   - tokenizer: makes tokens of canonical bytes.
  ///   - url: the store's file; its folder must exist.
  ///   - heldOutShare: in 0...1, which share of the images is kept for validation. The hash of an
  ///     image's relative path decides. With two or more images, at least one is on each side.
  ///   - strict: whether a file that cannot be used is an error instead of being skipped.
  ///   - pool: the threads that decode.
  ///   - progress: called after every few hundred files; an error it throws ends building.
  /// - Throws: ``TokenStoreError``, ``FileError`` when the store cannot be written, and what
  ///   `progress` throws. What stood at `url` is then unchanged.
  public static func build(
    from folder: ImageFolder, codec: some Codec, codecKey: [UInt8], tokenizer: Tokenizer = .bytes,
    at url: URL, heldOutShare: Double = usualHeldOutShare, strict: Bool = false,
    pool: WorkerPool = .shared,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    precondition((0...1).contains(heldOutShare), "a held-out share of \(heldOutShare)")
    let key = key(of: folder, codecKey, tokenizer, heldOutShare)
    if let store = try reusable(at: url, key: key) {
      if strict, let file = store.skipped.first {
        throw TokenStoreError.unusableFile(folder: folder.url.path, file)
      }
      return store
    }
    var writer = try TokenStoreWriter(url, tokenizer: tokenizer)
    var skipped: [SkippedFile] = []
    let files = folder.files
    for start in stride(from: 0, to: files.count, by: filesPerChunk) {
      let chunk = files[start..<min(start + filesPerChunk, files.count)]
      let results = pool.map(chunk.count) { index in
        image(chunk[start + index], of: folder, codec, tokenizer)
      }
      for (file, result) in zip(chunk, results) {
        switch result {
        case .success(let image):
          try writer.append(name: file.path, tokens: image.tokens, bytes: image.bytes)
        case .failure(let failure):
          let file = SkippedFile(path: file.path, reason: failure.reason)
          if strict { throw TokenStoreError.unusableFile(folder: folder.url.path, file) }
          skipped.append(file)
          writer.skip(file)
        }
      }
      try progress(Progress(done: chunk.endIndex, total: files.count, skipped: skipped.count))
    }
    guard writer.count > 0 else {
      throw TokenStoreError.noUsableImage(
        folder: folder.url.path, count: files.count, first: Array(skipped.prefix(3)))
    }
    try writer.finish(key: key, tokenizer: tokenizer, heldOutShare: heldOutShare)
    return try TokenStore(url)
  }

  /// Why a file gave no stream.
  struct Failure: Error {
    let reason: String
  }

  private static func image(
    _ file: ImageFolder.File, of folder: ImageFolder, _ codec: some Codec, _ tokenizer: Tokenizer
  ) -> Result<(tokens: [Int32], bytes: Int), Failure> {
    stream(file, of: folder, codec).map { (tokenizer.encode($0), $0.count) }
  }

  /// The canonical bytes of a file.
  static func stream(
    _ file: ImageFolder.File, of folder: ImageFolder, _ codec: some Codec
  ) -> Result<[UInt8], Failure> {
    let contents: [UInt8]
    do {
      contents = try FileBytes.read(folder.path(of: file))
    } catch {
      return .failure(Failure(reason: error.reason))
    }
    do {
      return .success(try codec.canonicalBytes(of: contents))
    } catch {
      return .failure(Failure(reason: error.description))
    }
  }

  /// The store at `url` when it has this key; nil when there is none, or one to be replaced.
  ///
  /// Anything else that stands there is not ours to overwrite, and an error.
  private static func reusable(at url: URL, key: UInt64) throws -> TokenStore? {
    guard FolderListing.kind(of: url.path) != .missing else { return nil }
    do {
      let store = try TokenStore(url)
      return store.key == key ? store : nil
    } catch TokenStoreError.damaged, TokenStoreError.unsupportedVersion {
      return nil
    }
  }

  private static func key(
    of folder: ImageFolder, _ codecKey: [UInt8], _ tokenizer: Tokenizer, _ heldOutShare: Double
  ) -> UInt64 {
    var hash = StableHash()
    hash.append(field: codecKey)
    hash.append(field: tokenizer.file.bytes)
    hash.append(word: heldOutShare.bitPattern)
    for file in folder.files {
      hash.append(field: file.path.utf8)
      hash.append(word: UInt64(truncatingIfNeeded: file.size))
      hash.append(word: UInt64(bitPattern: file.modified))
    }
    return hash.value
  }
}
