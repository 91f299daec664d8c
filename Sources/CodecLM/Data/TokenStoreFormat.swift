/// How a token store lies in its file, version 2.
///
/// | part | bytes |
/// |---|---|
/// | head | magic `CLMSTORE`, version |
/// | tokens | all images' tokens one after another, 1 or 2 bytes each; zeros up to a multiple of 8 |
/// | images | for each: end of its tokens (counted in tokens, bit 63 set when held out), canonical bytes, end of its name, hash of its canonical bytes |
/// | skipped files | for each: end of its path, end of the reason |
/// | text | names, then path, reason of each skipped file, UTF-8; zeros up to a multiple of 8 |
/// | tokenizer | its ``Tokenizer/file``; zeros up to a multiple of 8 |
/// | foot | the fields of `TokenStoreFoot`, checksum |
///
/// Ends in text are bytes from the start of the text. Special tokens are not stored. What is not said here is
/// as in every `StoreFile`.
enum TokenStoreFormat {
  static let imageBytes = 32
}

/// Number of bytes in which a token is stored, the low one first.
enum TokenWidth: Int {
  case one = 1
  case two = 2

  /// One byte when every id that stands for bytes fits, otherwise two.
  init(for tokenizer: Tokenizer) {
    self = tokenizer.lastEncoded <= UInt8.max ? .one : .two
  }

  /// The token at `position` of tokens stored in `bytes`.
  func token(at position: Int, in bytes: Span<UInt8>) -> Int32 {
    switch self {
    case .one: Int32(bytes[position])
    case .two: Int32(bytes[2 * position]) | Int32(bytes[2 * position + 1]) << 8
    }
  }
}

/// The counts at the end of a token store's file.
struct TokenStoreFoot: Equatable {
  /// Hash of everything the contents depend on, of the files their names and sizes.
  var key: UInt64
  /// The same with what may change although the contents do not: the files' times.
  var freshness: UInt64
  /// Number of images.
  var images: Int
  /// Number of tokens of all images.
  var tokens: Int
  /// Bytes of a token.
  var width: TokenWidth
  /// Number of files that were skipped.
  var skipped: Int
  /// Bytes of text, without padding.
  var textBytes: Int
  /// Bytes of the tokenizer, without padding.
  var tokenizerBytes: Int
  /// Images whose canonical bytes are those of an image before them.
  var duplicates: Int

  /// The fields in the order of the file; the checksum follows.
  var words: [UInt64] {
    [key, freshness]
      + [images, tokens, width.rawValue, skipped, textBytes, tokenizerBytes, duplicates]
      .map { UInt64($0) }
  }

  /// Size in the file, with the checksum.
  static let byteCount = 8 * 10

  /// Where each part begins.
  struct Offsets {
    var images = 0
    var skipped = 0
    var text = 0
    var tokenizer = 0
    var foot = 0
  }

  /// Where each part begins; nil when the numbers are impossible.
  var offsets: Offsets? {
    var (result, parts) = (Offsets(), StoreParts())
    _ = parts.add(tokens, of: width.rawValue)
    result.images = parts.add(images, of: TokenStoreFormat.imageBytes)
    result.skipped = parts.add(skipped, of: StoreFile.skippedBytes)
    result.text = parts.add(textBytes)
    result.tokenizer = parts.add(tokenizerBytes)
    guard let end = parts.end else { return nil }
    result.foot = end
    return result
  }
}

extension TokenStoreFoot {
  /// Reads the foot of a file; nil when it is too short or a count is no `Int`.
  init?(of file: MappedFile) {
    guard file.count >= StoreFile.headBytes + Self.byteCount else { return nil }
    let start = file.count - Self.byteCount
    guard let counts = StoreFile.counts(in: file, at: start + 16, 7),
      let width = TokenWidth(rawValue: counts[2])
    else { return nil }
    self.init(
      key: file.uint64(at: start), freshness: file.uint64(at: start + 8), images: counts[0],
      tokens: counts[1], width: width, skipped: counts[3], textBytes: counts[4],
      tokenizerBytes: counts[5], duplicates: counts[6])
  }
}
