/// How a stream store lies in its file, version 1.
///
/// | part | bytes |
/// |---|---|
/// | head | magic `CLMSTRMS`, version |
/// | streams | for each image its canonical bytes, then its companion's |
/// | images | for each: end of its canonical bytes (bit 63 set when held out), end of its companion's, number of its file, hash of its canonical bytes, end of its label, end of its caption, which of label (1), caption (2) and companion (4) it has |
/// | files | the folder's, for each: end of its path, size, time of the last change |
/// | skipped files | for each: end of its path, end of the reason |
/// | text | labels and captions, paths of the files, then path, reason of each skipped file, UTF-8 |
/// | codec | the bytes that the codec is known by |
/// | foot | the fields of `StreamStoreFoot`, checksum |
///
/// Ends of streams are bytes from the start of the streams, ends in text from the start of the text. What is
/// not said here is as in every `StoreFile`.
enum StreamStoreFormat {
  static let imageBytes = 56
  static let fileBytes = 24

  /// Which parts of an annotation an image has.
  struct Parts: OptionSet {
    let rawValue: UInt64
    static let label = Parts(rawValue: 1)
    static let caption = Parts(rawValue: 2)
    static let companion = Parts(rawValue: 4)
    static let all: Parts = [.label, .caption, .companion]
  }

  /// The words of an image.
  enum Word: Int {
    case streamEnd, companionEnd, file, hash, labelEnd, captionEnd, parts
  }
}

/// The numbers at the end of a stream store's file.
struct StreamStoreFoot: Equatable {
  /// Hash of everything the contents depend on, of the files their names and sizes.
  var key: UInt64
  /// The same with what may change although the contents do not: the files' times.
  var freshness: UInt64
  /// Hash of the annotations, 0 without any.
  var annotationKey: UInt64
  /// The share of images that is held out.
  var heldOutShare: Double
  /// Number of images, mirror images included.
  var images: Int
  /// Those that are no mirror images.
  var originals: Int
  /// Whether mirror images were wanted: 0 or 1.
  var isMirrored: Int
  /// The most pixels that a file may have.
  var maximumPixels: Int
  /// Bytes of all streams, without padding.
  var streamBytes: Int
  /// Number of the folder's files.
  var files: Int
  /// Number of files that were skipped.
  var skipped: Int
  /// How many of these, the first, could not be looked at when the folder was listed.
  var unreadable: Int
  /// Bytes of text, without padding.
  var textBytes: Int
  /// Bytes that the codec is known by, without padding.
  var codecBytes: Int
  /// Images whose canonical bytes are those of an image before them, mirror images not counted.
  var duplicates: Int

  /// The fields in the order of the file; the checksum follows.
  var words: [UInt64] {
    [key, freshness, annotationKey, heldOutShare.bitPattern]
      + [
        images, originals, isMirrored, maximumPixels, streamBytes, files, skipped, unreadable,
        textBytes, codecBytes, duplicates,
      ].map { UInt64($0) }
  }

  /// Size in the file, with the checksum.
  static let byteCount = 8 * 16

  /// Where each part begins.
  struct Offsets {
    var images = 0
    var files = 0
    var skipped = 0
    var text = 0
    var codec = 0
    var foot = 0
  }

  /// Where each part begins; `nil` when the numbers are impossible.
  var offsets: Offsets? {
    var (result, parts) = (Offsets(), StoreParts())
    _ = parts.add(streamBytes)
    result.images = parts.add(images, of: StreamStoreFormat.imageBytes)
    result.files = parts.add(files, of: StreamStoreFormat.fileBytes)
    result.skipped = parts.add(skipped, of: StoreFile.skippedBytes)
    result.text = parts.add(textBytes)
    result.codec = parts.add(codecBytes)
    guard let end = parts.end else { return nil }
    result.foot = end
    return result
  }
}

extension StreamStoreFoot {
  /// Reads the foot of a file; `nil` when it is too short or a count is no `Int`.
  init?(of file: MappedFile) {
    guard file.count >= StoreFile.headBytes + Self.byteCount else { return nil }
    let start = file.count - Self.byteCount
    guard let counts = StoreFile.counts(in: file, at: start + 32, 11) else { return nil }
    self.init(
      key: file.uint64(at: start), freshness: file.uint64(at: start + 8),
      annotationKey: file.uint64(at: start + 16),
      heldOutShare: Double(bitPattern: file.uint64(at: start + 24)),
      images: counts[0], originals: counts[1], isMirrored: counts[2], maximumPixels: counts[3],
      streamBytes: counts[4], files: counts[5], skipped: counts[6], unreadable: counts[7],
      textBytes: counts[8], codecBytes: counts[9], duplicates: counts[10])
  }
}
