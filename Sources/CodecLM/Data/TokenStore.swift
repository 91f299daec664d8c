public import Foundation

/// The tokens of a folder's images in one memory-mapped file.
///
/// Images are numbered as in the ``StreamStore`` that it is made from: in the folder's order; behind them all
/// stand the mirror images, if any. Each belongs to the training images or to the held-out ones, see
/// `HeldOutSplit`; a single picture belongs to both, so that one is enough to try things.
/// ``build(_:_:at:pool:progress:)`` makes one from streams.
public struct TokenStore: Sendable {
  /// Numbers about all images of a store, training and held-out.
  package struct Statistics: Equatable, Sendable {
    /// Number of tokens, without special ones.
    package internal(set) var tokens = 0
    /// Number of canonical bytes.
    package internal(set) var bytes = 0
    /// Tokens of the longest image, without special ones.
    package internal(set) var longest = 0
    /// Mean number of tokens of an image, without special ones.
    package internal(set) var mean = 0.0
    /// Number of images to train on.
    package internal(set) var training = 0
    /// Number of images to validate on.
    package internal(set) var heldOut = 0
    /// Number of images that are copies: their canonical bytes are those of an image before them.
    package internal(set) var duplicates = 0
  }

  /// Where the store is.
  package let url: URL
  /// Number of images, at least 1.
  public let count: Int
  /// What made the tokens.
  public let tokenizer: Tokenizer
  /// The images to train on, ascending, at least one.
  public let trainingIndices: [Int]
  /// The images to validate on, ascending, at least one.
  public let heldOutIndices: [Int]
  /// The folder's files that are not among the images.
  package let skipped: [SkippedFile]
  /// Numbers about the images.
  package let statistics: Statistics

  /// Hash of everything the contents depend on; of the files their names and sizes.
  package let key: UInt64
  /// The same with the files' times.
  let freshness: UInt64
  /// What stands before each image's tokens, or before those of all; see ``prefix(of:)``.
  var prefixes: [[Int32]]

  private let file: MappedFile
  private let offsets: TokenStoreFoot.Offsets
  private let width: TokenWidth

  /// Opens the store at `url` and checks all of it.
  ///
  /// - Throws: ``StoreError``, or ``NumericsError`` when the file cannot be read.
  /// - Complexity: O(*n*) in the size of the file, which is read once: 48 MB and 50,000 images take 18 ms when
  ///   cached.
  public init(_ url: URL) throws {
    let file = try MappedFile(path: url.path)
    let contents = try TokenStoreValidation.contents(of: file)
    self.url = url
    self.file = file
    count = contents.foot.images
    key = contents.foot.key
    freshness = contents.foot.freshness
    width = contents.foot.width
    offsets = contents.offsets
    tokenizer = contents.tokenizer
    prefixes = [contents.tokenizer.prefix()]
    trainingIndices = contents.training
    heldOutIndices = contents.heldOut
    skipped = contents.skipped
    statistics = contents.statistics
  }

  /// Number of tokens of an image, without special ones.
  public func tokenCount(of index: Int) -> Int {
    tokenRange(of: index).count
  }

  /// Number of bytes of an image in canonical form.
  package func byteCount(of index: Int) -> Int {
    Int(clamping: word(1, of: index))
  }

  /// Path of the image's file, relative to the folder it came from.
  public func name(of index: Int) -> String {
    let start = index == 0 ? 0 : Int(clamping: word(2, of: index - 1))
    let end = Int(clamping: word(2, of: index))
    return file.text(offsets.text + start..<offsets.text + end)
  }

  /// What stands for an image's canonical bytes; see `HeldOutSplit`.
  package func hash(of index: Int) -> UInt64 { word(3, of: index) }

  /// An image's tokens, without special ones.
  ///
  /// - Complexity: O(*n*) in the number of tokens.
  package func tokens(of index: Int) -> [Int32] {
    withTokens(of: index) { tokens, width in
      (0..<tokens.count / width.rawValue).map { width.token(at: $0, in: tokens) }
    }
  }

  /// Calls `body` with the bytes of an image's tokens, without special ones, in their place.
  func withTokens<Result>(
    of index: Int, _ body: (Span<UInt8>, TokenWidth) throws -> Result
  ) rethrows -> Result {
    let range = tokenRange(of: index)
    let start = StoreFile.headBytes + range.lowerBound * width.rawValue
    return try file.withBytes(start..<start + range.count * width.rawValue) { bytes in
      try body(bytes, width)
    }
  }

  private func tokenRange(of index: Int) -> Range<Int> {
    let flag = StoreFile.heldOutFlag
    let start = index == 0 ? 0 : Int(clamping: word(0, of: index - 1) & ~flag)
    return start..<Int(clamping: word(0, of: index) & ~flag)
  }

  private func word(_ field: Int, of index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    return file.uint64(at: offsets.images + index * TokenStoreFormat.imageBytes + 8 * field)
  }
}

extension MappedFile {
  /// The UTF-8 text in `range`; bytes that are not UTF-8 become U+FFFD.
  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes(range), as: UTF8.self)
  }
}
