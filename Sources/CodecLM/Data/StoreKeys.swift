import Foundation

/// What the contents of a store depend on, as hashes.
struct StoreKeys: Equatable {
  /// Of the files their names and sizes.
  let content: UInt64
  /// Their times too, and what lets a file be skipped.
  let freshness: UInt64

  /// The keys of a store of streams, or, with what makes tokens of them, of tokens.
  init(_ listing: StreamListing, _ tokenizer: Tokenizer? = nil) {
    var hash = StableHash()
    hash.append(field: listing.codecKey)
    if let tokenizer { hash.append(field: tokenizer.file.bytes) }
    hash.append(word: listing.heldOutShare.bitPattern)
    if listing.isMirrored { hash.append(word: 1) }
    for file in listing.files {
      hash.append(field: file.path.utf8)
      hash.append(word: UInt64(truncatingIfNeeded: file.size))
    }
    // Tokens do not depend on them.
    if tokenizer == nil, let annotations = listing.annotationKey { hash.append(word: annotations) }
    content = hash.value
    hash.append(word: UInt64(truncatingIfNeeded: listing.maximumPixels))
    for file in listing.files { hash.append(word: UInt64(bitPattern: file.modified)) }
    for path in listing.unreadable { hash.append(field: path.utf8) }
    freshness = hash.value
  }
}

/// What streams are made from: a folder's files as they were listed, and their form.
struct StreamListing {
  /// Bytes that differ when the codec gives different streams.
  let codecKey: [UInt8]
  let heldOutShare: Double
  /// Whether the training images' mirror images are wanted.
  let isMirrored: Bool
  /// A hash of the annotations, if there are any.
  let annotationKey: UInt64?
  let files: [MediaFolder.File]
  let maximumPixels: Int
  /// Paths that could not be looked at.
  let unreadable: [String]
}

/// A store that is kept as long as what its contents depend on is what it was.
protocol KeyedStore {
  /// ``StoreKeys/content`` when it was made.
  var key: UInt64 { get }
  /// ``StoreKeys/freshness`` when it was made.
  var freshness: UInt64 { get }
  /// Files that could not be used.
  var skipped: [SkippedFile] { get }

  init(_ url: URL) throws
}

extension KeyedStore {
  /// Whether the store is what would be made, and what could not be read need not be tried again.
  func isFresh(_ keys: StoreKeys) -> Bool {
    key == keys.content && freshness == keys.freshness && skipped.isEmpty
  }

  /// The store at `url`; `nil` when there is none, or one to be replaced.
  ///
  /// Anything else that stands there is not ours to overwrite, and an error.
  static func existing(at url: URL, replacingOldVersions: Bool = true) throws -> Self? {
    guard !FolderListing.nothingIs(at: url.path) else { return nil }
    do {
      return try Self(url)
    } catch StoreError.damaged {
      return nil
    } catch StoreError.unsupportedVersion where replacingOldVersions {
      return nil
    }
  }
}

extension StreamStore: KeyedStore {}
extension TokenStore: KeyedStore {}
