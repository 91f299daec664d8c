import Foundation

/// Writes a token store's file from front to back.
struct TokenStoreWriter: ~Copyable {
  private var file: StoreFileWriter
  private var images: [Image] = []
  private var tokens = 0
  private let tokenizer: Tokenizer
  private let width: TokenWidth

  private struct Image {
    let name: String
    let tokenEnd: Int
    let bytes: Int
    let hash: UInt64
    let isHeldOut: Bool
  }

  init(_ url: URL, _ tokenizer: Tokenizer) throws(FileError) {
    file = try StoreFileWriter(url, .tokens)
    self.tokenizer = tokenizer
    width = TokenWidth(for: tokenizer)
  }

  /// Adds an image of a store of streams after those before it.
  mutating func append(
    _ tokens: [Int32], of image: Int, in streams: StreamStore
  ) throws(FileError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.count * width.rawValue)
    for token in tokens {
      bytes.append(UInt8(truncatingIfNeeded: token))
      if width == .two { bytes.append(UInt8(truncatingIfNeeded: token >> 8)) }
    }
    try file.append(bytes)
    self.tokens += tokens.count
    images.append(
      Image(
        name: streams.name(of: image), tokenEnd: self.tokens,
        bytes: streams.byteCount(of: image), hash: streams.hash(of: image),
        isHeldOut: streams.isHeldOut(image)))
  }

  /// Writes all that follows the tokens, and makes the file appear.
  consuming func finish(
    _ keys: StoreKeys, skipped: [SkippedFile], duplicates: Int
  ) throws(FileError) {
    try file.endPart()
    var textEnd = 0
    for image in images {
      textEnd += image.name.utf8.count
      let flag = image.isHeldOut ? StoreFile.heldOutFlag : 0
      try file.append(words: [
        UInt64(image.tokenEnd) | flag, UInt64(image.bytes), UInt64(textEnd), image.hash,
      ])
    }
    try file.append(skipped: skipped, from: &textEnd)
    for image in images { try file.append(image.name.utf8) }
    try file.append(textOf: skipped)
    try file.endPart()
    let tokenizerBytes = tokenizer.file.bytes
    try file.append(tokenizerBytes)
    try file.endPart()
    let foot = TokenStoreFoot(
      key: keys.content, freshness: keys.freshness, images: images.count, tokens: tokens,
      width: width, skipped: skipped.count, textBytes: textEnd,
      tokenizerBytes: tokenizerBytes.count, duplicates: duplicates)
    try file.append(words: foot.words)
    try file.finish()
  }
}
