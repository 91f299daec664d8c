public import Foundation

extension TokenStore {
  /// The store of a folder's images in a profile's canonical form, built unless it is there
  /// already; the folders above it are made.
  ///
  /// - Parameters:
  ///   - folder: where the images are.
  ///   - profile: their canonical form.
  ///   - tokenizer: what makes tokens of it.
  ///   - url: the store's file.
  ///   - heldOutShare: which share of the images is kept for validation; by default
  ///     ``HeldOutSplit/share(of:)`` of the number of files.
  ///   - mirrored: whether each training image is there a second time, mirrored left to right.
  ///   - strict: whether to stop at the first file that cannot be read, instead of skipping it.
  ///   - key: the key of the only store that will do, if there is one.
  ///   - pool: threads that read and encode.
  ///   - progress: called now and then; what it throws ends building.
  /// - Throws: ``TokenStoreError``, ``FileError``, ``CodecError/invalidProfile(_:)``, and what
  ///   `progress` throws.
  public static func build(
    from folder: MediaFolder, _ profile: CodecProfile, tokenizer: Tokenizer = .bytes, at url: URL,
    heldOutShare: Double? = nil, mirrored: Bool = false, strict: Bool = false,
    expecting key: UInt64? = nil, pool: WorkerPool = .shared,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    let parent = url.deletingLastPathComponent()
    try Folders.make(parent)
    do {
      return try build(
        from: folder, codec: try profile.makeCodec(maximumPixels: folder.maximumPixels),
        codecKey: try profile.storeKey(), tokenizer: tokenizer, at: url, heldOutShare: heldOutShare,
        mirrored: mirrored, strict: strict, expecting: key, pool: pool, progress: progress)
    } catch {
      Folders.removeIfEmpty(parent)
      throw error
    }
  }

  /// A row's length that no image has to be cut for, and into which two of mean length go.
  ///
  /// Rows for one and a half would be a third empty. At least 512, a multiple of 64.
  public var suggestedContext: Int {
    let twoImages = 2.1 * (statistics.mean + 1)
    let positions = max(512, statistics.longest + 1, Int(twoImages.rounded(.up)))
    return (positions + 63) / 64 * 64
  }
}
