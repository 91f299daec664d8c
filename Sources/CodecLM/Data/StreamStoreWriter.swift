import Foundation

/// Writes a stream store's file from front to back.
struct StreamStoreWriter: ~Copyable {
  private var file: StoreFileWriter
  private var images: [Image] = []
  private var streamBytes = 0
  /// Images before the mirror images.
  private var originals = 0
  private var heldOut: [Bool] = []
  private var duplicates = 0

  private struct Image {
    let file: Int
    let streamEnd: Int
    let companionEnd: Int
    let hash: UInt64
    /// Without its companion.
    let annotation: StreamAnnotation
    let parts: StreamStoreFormat.Parts
  }

  init(_ url: URL) throws(FileError) { file = try StoreFileWriter(url, .streams) }

  /// Number of images so far.
  var count: Int { images.count }

  /// Adds an image after those before it.
  ///
  /// - Parameters:
  ///   - stream: its canonical bytes.
  ///   - hash: what stands for them.
  ///   - number: its file's.
  ///   - annotation: what is known of it.
  mutating func append(
    _ stream: [UInt8], hash: UInt64, file number: Int, _ annotation: StreamAnnotation
  ) throws(FileError) {
    try file.append(stream)
    let streamEnd = streamBytes + stream.count
    streamBytes = streamEnd
    var parts: StreamStoreFormat.Parts = []
    if annotation.label != nil { parts.insert(.label) }
    if annotation.caption != nil { parts.insert(.caption) }
    if let companion = annotation.companion {
      parts.insert(.companion)
      try file.append(companion)
      streamBytes += companion.count
    }
    var annotation = annotation
    annotation.companion = nil
    images.append(
      Image(
        file: number, streamEnd: streamEnd, companionEnd: streamBytes, hash: hash,
        annotation: annotation, parts: parts))
  }

  /// Holds out a share of the images so far; those to come are mirror images, for training.
  mutating func holdOut(_ share: Double) {
    originals = images.count
    heldOut = HeldOutSplit.flags(images.map(\.hash), share: share)
    duplicates = images.count - Set(images.map(\.hash)).count
  }

  /// The files of the images that are not held out.
  var trainingFiles: [Int] { zip(images, heldOut).filter { !$0.1 }.map(\.0.file) }

  /// What stands for the pictures that are held out.
  var heldOutHashes: Set<UInt64> { Set(zip(images, heldOut).filter(\.1).map(\.0.hash)) }

  /// Writes all that follows the streams, and makes the file appear.
  consuming func finish(
    _ keys: StoreKeys, _ listing: StreamListing, skipped: [SkippedFile]
  ) throws(FileError) {
    try file.endPart()
    var textEnd = 0
    for (index, image) in images.enumerated() {
      let labelEnd = textEnd + (image.annotation.label?.utf8.count ?? 0)
      textEnd = labelEnd + (image.annotation.caption?.utf8.count ?? 0)
      let flag = index < originals && heldOut[index] ? StoreFile.heldOutFlag : 0
      try file.append(words: [
        UInt64(image.streamEnd) | flag, UInt64(image.companionEnd), UInt64(image.file), image.hash,
        UInt64(labelEnd), UInt64(textEnd), image.parts.rawValue,
      ])
    }
    for file in listing.files {
      textEnd += file.path.utf8.count
      try self.file.append(words: [
        UInt64(textEnd), UInt64(clamping: file.size), UInt64(bitPattern: file.modified),
      ])
    }
    try file.append(skipped: skipped, from: &textEnd)
    for image in images {
      try file.append((image.annotation.label ?? "").utf8)
      try file.append((image.annotation.caption ?? "").utf8)
    }
    for file in listing.files { try self.file.append(file.path.utf8) }
    try file.append(textOf: skipped)
    try file.endPart()
    try file.append(listing.codecKey)
    try file.endPart()
    let foot = StreamStoreFoot(
      key: keys.content, freshness: keys.freshness, annotationKey: listing.annotationKey ?? 0,
      heldOutShare: listing.heldOutShare, images: images.count, originals: originals,
      isMirrored: listing.isMirrored ? 1 : 0, maximumPixels: listing.maximumPixels,
      streamBytes: streamBytes, files: listing.files.count, skipped: skipped.count,
      unreadable: listing.unreadable.count, textBytes: textEnd,
      codecBytes: listing.codecKey.count, duplicates: duplicates)
    try file.append(words: foot.words)
    try file.finish()
  }
}
