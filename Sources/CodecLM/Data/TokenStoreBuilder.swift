public import Foundation

/// A folder of images → a ``TokenStore``.
public struct TokenStoreBuilder: Sendable {
  /// The codec's profile; equal profiles mean equal streams.
  public let profile: CodecProfile
  /// Bytes → tokens.
  public let tokenizer: Tokenizer
  /// Share of the images to hold out, chosen by a hash of each file's name, so that an image's side
  /// does not depend on the others.
  ///
  /// At least one is held out and one trained on where there are two.
  public var heldOutShare = 0.02
  /// Whether a file that cannot be read ends the building.
  public var isStrict = false
  /// Who does the work.
  public var pool: WorkerPool

  /// How far the building has come.
  public struct Progress: Sendable {
    /// Files read so far, skipped ones included.
    public let done: Int
    /// Files in the folder.
    public let total: Int
    /// Files skipped so far.
    public let skipped: Int
  }

  private let codec: any Codec
  private static let chunk = 512

  /// A builder.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public init(
    _ profile: CodecProfile, tokenizer: Tokenizer = .bytes, pool: WorkerPool = .shared
  ) throws(CodecError) {
    codec = try profile.makeCodec()
    self.profile = profile
    self.tokenizer = tokenizer
    self.pool = pool
  }

  /// A hash of codec, tokenizer and the folder's names, sizes and dates.
  public func key(for folder: ImageFolder) throws -> UInt64 {
    var hash = StableHash()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    hash.combine(try encoder.encode(profile))
    hash.combine(try encoder.encode(tokenizer))
    hash.combine("\(heldOutShare)")
    for entry in folder.entries {
      hash.combine(entry.name)
      hash.combine(Int64(entry.size))
      hash.combine(entry.modified)
    }
    return hash.value
  }

  /// The store at `url` if it was built from the same folder in the same way, or a new one there.
  ///
  /// - Throws: ``TokenStoreError``, ``FileError``.
  public func openOrBuild(
    _ folder: ImageFolder, at url: URL, progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    if let store = try? TokenStore(url.path, tokenizer: tokenizer),
      store.key == (try key(for: folder)), store.skipped.isEmpty || !isStrict
    {
      return store
    }
    let parent = url.deletingLastPathComponent()
    try AtomicFile.makeFolder(parent)
    do {
      return try build(folder, at: url, progress: progress)
    } catch {
      AtomicFile.removeFolderIfEmpty(parent)
      throw error
    }
  }

  /// Builds the store at `url`; it appears there complete or not at all.
  ///
  /// - Throws: ``TokenStoreError``, ``FileError``, and what `progress` throws.
  public func build(
    _ folder: ImageFolder, at url: URL, progress: (Progress) throws -> Void = { _ in }
  ) throws -> TokenStore {
    let key = try key(for: folder)
    var index = Index()
    var file = try AtomicFile(url)
    for start in stride(from: 0, to: folder.entries.count, by: Self.chunk) {
      let entries = folder.entries[start..<min(start + Self.chunk, folder.entries.count)]
      for (entry, result) in zip(entries, read(entries, of: folder)) {
        switch result {
        case .success(let image):
          try file.append(image.tokens)
          index.add(image, name: entry.name, share: heldOutShare)
        case .failure(let error):
          let skipped = TokenStore.Skipped(name: entry.name, reason: "\(error)")
          if isStrict { throw TokenStoreError.unreadable(skipped) }
          index.skipped.append(skipped)
        }
      }
      try progress(
        Progress(
          done: entries.endIndex, total: folder.entries.count, skipped: index.skipped.count))
    }
    guard !index.ends.isEmpty else {
      throw TokenStoreError.nothingReadable(
        folder: folder.url.path, files: folder.entries.count, first: index.skipped[0])
    }
    try file.append(index.encoded(key: key))
    try file.finish()
    return try TokenStore(url.path, tokenizer: tokenizer)
  }

  private struct Image: Sendable {
    let tokens: [UInt8]
    let bytes: Int
  }

  private func read(
    _ entries: ArraySlice<ImageFolder.Entry>, of folder: ImageFolder
  ) -> [Result<Image, any Error>] {
    pool.map(entries.count) { index in
      Result {
        let contents = try folder.contents(of: entries[entries.startIndex + index])
        let stream = try codec.canonicalBytes(of: contents)
        return Image(
          tokens: tokenizer.encode(stream).map { UInt8($0) }, bytes: stream.count)
      }
    }
  }

  private struct Index {
    var ends: [UInt64] = []
    var sizes: [UInt64] = []
    var names: [UInt8] = []
    var skipped: [TokenStore.Skipped] = []

    mutating func add(_ image: Image, name: String, share: Double) {
      var hash = StableHash()
      hash.combine(name)
      ends.append((ends.last ?? 0) + UInt64(image.tokens.count))
      sizes.append(UInt64(image.bytes) | (hash.unit < share ? TokenStore.heldOutBit : 0))
      names += Array(name.utf8) + [0]
    }

    mutating func encoded(key: UInt64) throws -> [UInt8] {
      if sizes.count > 1 {
        let heldOut = sizes.count { $0 & TokenStore.heldOutBit != 0 }
        if heldOut == 0 || heldOut == sizes.count {
          sizes[sizes.count - 1] ^= TokenStore.heldOutBit
        }
      }
      let list = [UInt8](try JSONEncoder().encode(skipped))
      let trailer = [
        UInt64(ends.count), ends.last ?? 0, UInt64(names.count), UInt64(list.count), key,
        TokenStore.version, TokenStore.magic,
      ]
      func bytes(_ numbers: [UInt64]) -> [UInt8] {
        numbers.flatMap { number in
          (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        }
      }
      return bytes(ends + sizes) + names + list + bytes(trailer)
    }
  }
}

/// Why no store could be built.
public enum TokenStoreError: Error, Equatable, CustomStringConvertible {
  /// A file could not be read, and reading was strict.
  case unreadable(TokenStore.Skipped)
  /// None of the files could be read.
  case nothingReadable(folder: String, files: Int, first: TokenStore.Skipped)

  /// One line that names the file.
  public var description: String {
    switch self {
    case .unreadable(let file):
      "\(file.name): \(file.reason); remove the file, or leave out --strict to skip it"
    case .nothingReadable(let folder, let files, let first):
      "\(folder): none of \(files) files is a readable JPEG; the first, \(first.name): \(first.reason)"
    }
  }
}
