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

  /// The share of a folder's images that is kept for validation unless told otherwise.
  public static let usualHeldOutShare = 0.02

  /// Files decoded between two writes: many times the threads, and few enough for memory.
  private static let filesPerChunk = 512

  /// The store of a folder's images at `url`, built unless it is there already.
  ///
  /// A store is reused when its format, `codecKey`, `tokenizer`, `heldOutShare`, `mirrored` and the
  /// path, size and modification time of every file are what they were. Otherwise, or when it is damaged, it
  /// is replaced at once when the new one is complete. Another ``ImageFolder/maximumPixels`` alone is no
  /// reason to build it again.
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
  ///   - mirrored: whether each training image is there a second time, mirrored left to right, behind
  ///     all images.
  ///   - strict: whether a file that cannot be used is an error instead of being skipped.
  ///   - pool: the threads that decode.
  ///   - progress: called after every few hundred files; an error it throws ends building.
  /// - Throws: ``TokenStoreError``, ``FileError`` when the store cannot be written, and what
  ///   `progress` throws. What stood at `url` is then unchanged.
  public static func build(
    from folder: ImageFolder, codec: some Codec, codecKey: [UInt8], tokenizer: Tokenizer = .bytes,
    at url: URL, heldOutShare: Double = usualHeldOutShare, mirrored: Bool = false,
    strict: Bool = false, pool: WorkerPool = .shared,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    precondition((0...1).contains(heldOutShare), "a held-out share of \(heldOutShare)")
    let key = key(of: folder, codecKey, tokenizer, heldOutShare, mirrored: mirrored)
    if let store = try reusable(at: url, key: key) {
      if strict, let file = store.skipped.first {
        throw TokenStoreError.unusableFile(folder: folder.url.path, file)
      }
      return store
    }
    var writer = try TokenStoreWriter(url, tokenizer: tokenizer)
    let files = folder.files
    // A single image is trained and validated on, so its mirror image would be all there is to train on.
    let mirrored = mirrored && files.count > 1
    var state = Progress(done: 0, total: files.count * (mirrored ? 2 : 1), skipped: 0)
    func add(
      _ files: [ImageFolder.File], to writer: inout TokenStoreWriter,
      _ bytes: @Sendable ([UInt8]) throws(CodecError) -> [UInt8]
    ) throws {
      for start in stride(from: 0, to: files.count, by: filesPerChunk) {
        let chunk = files[start..<min(start + filesPerChunk, files.count)]
        let results = pool.map(chunk.count) { index in
          stream(chunk[start + index], of: folder, bytes).map { (tokenizer.encode($0), $0.count) }
        }
        for (file, result) in zip(chunk, results) {
          switch result {
          case .success(let (tokens, bytes)):
            try writer.append(name: file.path, tokens: tokens, bytes: bytes)
          case .failure(let failure):
            let file = SkippedFile(path: file.path, reason: failure.reason)
            if strict { throw TokenStoreError.unusableFile(folder: folder.url.path, file) }
            writer.skip(file)
          }
        }
        state.done += chunk.count
        state.skipped = writer.skipped.count
        try progress(state)
      }
    }
    try add(files, to: &writer) { (file) throws(CodecError) in
      try codec.canonicalBytes(of: file)
    }
    guard writer.count > 0 else {
      throw TokenStoreError.noUsableImage(
        folder: folder.url.path, count: files.count, first: Array(writer.skipped.prefix(3)))
    }
    writer.holdOut(heldOutShare)
    if mirrored, writer.count > 1 {
      let training = writer.trainingNames
      state.total = files.count + training.count
      let again = files.filter { training.contains($0.path) }
      try add(again, to: &writer) { (file) throws(CodecError) in
        try codec.mirroredBytes(of: file)
      }
    }
    try writer.finish(key: key, tokenizer: tokenizer)
    return try TokenStore(url)
  }

  /// Why a file gave no stream.
  struct Failure: Error {
    let reason: String
  }

  /// What `bytes` makes of a file.
  static func stream(
    _ file: ImageFolder.File, of folder: ImageFolder,
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
    of folder: ImageFolder, _ codecKey: [UInt8], _ tokenizer: Tokenizer, _ heldOutShare: Double,
    mirrored: Bool
  ) -> UInt64 {
    var hash = StableHash()
    hash.append(field: codecKey)
    hash.append(field: tokenizer.file.bytes)
    hash.append(word: heldOutShare.bitPattern)
    if mirrored { hash.append(word: 1) }
    for file in folder.files {
      hash.append(field: file.path.utf8)
      hash.append(word: UInt64(truncatingIfNeeded: file.size))
      hash.append(word: UInt64(bitPattern: file.modified))
    }
    return hash.value
  }
}
