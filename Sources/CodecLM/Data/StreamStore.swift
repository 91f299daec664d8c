public import Foundation

/// The canonical streams of a folder's images in one memory-mapped file: all that training needs of the
/// pictures, so that none is decoded again for another tokenizer.
///
/// Images are numbered from 0 in the folder's order; behind them all stand the mirror images, if any. Here it is
/// decided which are held out (`HeldOutSplit`): tokenizers are learnt from the training images
/// (`StreamSample`), and a ``TokenStore`` takes the division over. Made by
/// ``build(_:at:reusing:pool:progress:)``.
public struct StreamStore: Sendable {
  /// Where the store is.
  package let url: URL
  /// Number of images, mirror images included, at least 1.
  public let count: Int
  /// Number of images that are no mirror images, the first.
  package let originals: Int
  /// The images to train on, ascending, at least one.
  public let trainingIndices: [Int]
  /// The images to validate on, ascending, at least one; of a single image, that.
  public let heldOutIndices: [Int]
  /// The folder's files that are not among the images.
  package let skipped: [SkippedFile]
  /// Number of images, mirror images not counted, that are copies: their bytes are those of an image before
  /// them.
  package let duplicates: Int
  /// Number of bytes of all images' streams, companions included.
  package let byteCount: Int
  /// The share of images that is held out.
  package let heldOutShare: Double

  let key: UInt64
  let freshness: UInt64

  private let file: MappedFile
  private let foot: StreamStoreFoot
  private let offsets: StreamStoreFoot.Offsets
  private let pathStart: Int

  /// Opens the store at `url` and checks all of it.
  ///
  /// - Throws: ``StoreError``, or ``NumericsError`` when the file cannot be read.
  /// - Complexity: O(*n*) in the size of the file, which is read once.
  public init(_ url: URL) throws {
    let file = try MappedFile(path: url.path)
    let contents = try StreamStoreValidation.contents(of: file)
    file.discard(0..<file.count)
    self.url = url
    self.file = file
    foot = contents.foot
    offsets = contents.offsets
    pathStart = contents.pathStart
    count = foot.images
    originals = foot.originals
    trainingIndices = contents.training
    heldOutIndices = contents.heldOut
    skipped = contents.skipped
    duplicates = foot.duplicates
    byteCount = foot.streamBytes
    heldOutShare = foot.heldOutShare
    key = foot.key
    freshness = foot.freshness
  }

  /// An image's canonical bytes.
  public func bytes(of index: Int) -> [UInt8] { file.bytes(streamRange(of: index)) }

  /// Number of an image's canonical bytes.
  package func byteCount(of index: Int) -> Int { streamRange(of: index).count }

  /// Path of the image's file, relative to the folder it came from.
  public func name(of index: Int) -> String { path(ofFile: fileNumber(of: index)) }

  /// What is known of an image beside its file.
  public func annotation(of index: Int) -> StreamAnnotation {
    let parts = StreamStoreFormat.Parts(rawValue: word(.parts, of: index))
    let start = index == 0 ? 0 : end(.captionEnd, of: index - 1)
    let (labelEnd, captionEnd) = (end(.labelEnd, of: index), end(.captionEnd, of: index))
    return StreamAnnotation(
      label: parts.contains(.label) ? text(start..<labelEnd) : nil,
      caption: parts.contains(.caption) ? text(labelEnd..<captionEnd) : nil,
      companion: parts.contains(.companion)
        ? file.bytes(
          streamRange(of: index).upperBound..<StoreFile.headBytes + end(.companionEnd, of: index))
        : nil)
  }

  /// Whether an image is held out; the single picture of a store is not.
  public func isHeldOut(_ index: Int) -> Bool {
    word(.streamEnd, of: index) & StoreFile.heldOutFlag != 0
  }

  /// What stands for an image's canonical bytes; see `HeldOutSplit`.
  package func hash(of index: Int) -> UInt64 { word(.hash, of: index) }

  /// Number of the folder's files.
  var fileCount: Int { foot.files }

  /// Which of the folder's files an image is of.
  func fileNumber(of index: Int) -> Int { Int(clamping: word(.file, of: index)) }

  /// Tells the system that the pages of these images will not be read soon.
  func discard(_ images: Range<Int>) {
    guard let last = images.last else { return }
    file.discard(
      streamRange(of: images.lowerBound).lowerBound..<streamRange(of: last).upperBound)
  }

  /// What the streams were made from.
  var listing: StreamListing {
    StreamListing(
      codecKey: file.bytes(offsets.codec..<offsets.codec + foot.codecBytes),
      heldOutShare: heldOutShare, isMirrored: foot.isMirrored == 1,
      annotationKey: foot.annotationKey == 0 ? nil : foot.annotationKey,
      files: (0..<fileCount).map { number in
        let start = offsets.files + number * StreamStoreFormat.fileBytes
        return MediaFolder.File(
          path: path(ofFile: number), size: Int(clamping: file.uint64(at: start + 8)),
          modified: Int64(bitPattern: file.uint64(at: start + 16)))
      },
      maximumPixels: foot.maximumPixels,
      unreadable: skipped.prefix(foot.unreadable).map(\.path))
  }

  private func path(ofFile number: Int) -> String {
    func end(_ number: Int) -> Int {
      Int(clamping: file.uint64(at: offsets.files + number * StreamStoreFormat.fileBytes))
    }
    return text((number == 0 ? pathStart : end(number - 1))..<end(number))
  }

  private func streamRange(of index: Int) -> Range<Int> {
    let start = index == 0 ? 0 : end(.companionEnd, of: index - 1)
    return StoreFile.headBytes + start..<StoreFile.headBytes + end(.streamEnd, of: index)
  }

  private func text(_ range: Range<Int>) -> String {
    file.text(offsets.text + range.lowerBound..<offsets.text + range.upperBound)
  }

  private func end(_ word: StreamStoreFormat.Word, of index: Int) -> Int {
    Int(clamping: self.word(word, of: index) & ~StoreFile.heldOutFlag)
  }

  private func word(_ word: StreamStoreFormat.Word, of index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    return file.uint64(
      at: offsets.images + index * StreamStoreFormat.imageBytes + 8 * word.rawValue)
  }
}
