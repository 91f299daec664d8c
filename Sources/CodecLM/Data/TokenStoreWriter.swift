import Foundation

/// Writes a token store's file from front to back.
struct TokenStoreWriter: ~Copyable {
  private var file: AtomicFile
  private var hash = StableHash()
  /// Bytes that wait for a whole number of 64-bit words.
  private var waiting: [UInt8] = []
  private var images: [Image] = []
  /// Files that gave no tokens.
  private(set) var skipped: [SkippedFile] = []
  /// For each of the first images, whether it is held out; those behind are for training.
  private var heldOut: [Bool] = []
  private var duplicates = 0
  private var tokens = 0
  private let width: TokenWidth

  private struct Image {
    let name: String
    let tokenEnd: Int
    let bytes: Int
    let hash: UInt64
  }

  init(_ url: URL, tokenizer: Tokenizer) throws(FileError) {
    file = try AtomicFile(url)
    width = TokenWidth(for: tokenizer)
    waiting = Self.bytes([TokenStoreFormat.magic, TokenStoreFormat.version])
  }

  /// Number of images so far.
  var count: Int { images.count }

  /// Adds an image after those before it.
  mutating func append(
    name: String, tokens: [Int32], bytes: Int, hash: UInt64
  ) throws(FileError) {
    for token in tokens {
      waiting.append(UInt8(truncatingIfNeeded: token))
      if width == .two { waiting.append(UInt8(truncatingIfNeeded: token >> 8)) }
    }
    self.tokens += tokens.count
    images.append(Image(name: name, tokenEnd: self.tokens, bytes: bytes, hash: hash))
    if waiting.count >= 1 << 18 { try flush() }
  }

  /// Notes a file that gave no tokens.
  mutating func skip(_ file: SkippedFile) {
    skipped.append(file)
  }

  /// Holds out a share of the images so far; those to come are for training.
  mutating func holdOut(_ share: Double) {
    heldOut = HeldOutSplit.flags(images.map(\.hash), share: share)
    duplicates = images.count - Set(images.map(\.hash)).count
  }

  /// The places of the images so far that are not held out.
  var trainingIndices: [Int] { heldOut.indices.filter { !heldOut[$0] } }

  /// What stands for the pictures that are held out.
  var heldOutHashes: Set<UInt64> { Set(zip(images, heldOut).filter(\.1).map(\.0.hash)) }

  /// Writes all that follows the tokens, and makes the file appear.
  consuming func finish(
    key: UInt64, freshness: UInt64, tokenizer: Tokenizer
  ) throws(FileError) {
    try pad()
    var textEnd = 0
    for (index, image) in images.enumerated() {
      textEnd += image.name.utf8.count
      let isHeldOut = index < heldOut.count && heldOut[index]
      let flag = isHeldOut ? TokenStoreFormat.heldOutFlag : 0
      try append([
        UInt64(image.tokenEnd) | flag, UInt64(image.bytes), UInt64(textEnd), image.hash,
      ])
    }
    for file in skipped {
      let pathEnd = textEnd + file.path.utf8.count
      textEnd = pathEnd + file.reason.utf8.count
      try append([UInt64(pathEnd), UInt64(textEnd)])
    }
    for image in images { waiting += image.name.utf8 }
    for file in skipped {
      waiting += file.path.utf8
      waiting += file.reason.utf8
    }
    try pad()
    let tokenizerBytes = tokenizer.file.bytes
    waiting += tokenizerBytes
    try pad()
    let foot = TokenStoreFoot(
      key: key, freshness: freshness, images: images.count, tokens: tokens, width: width,
      skipped: skipped.count, textBytes: textEnd, tokenizerBytes: tokenizerBytes.count,
      duplicates: duplicates)
    try append(foot.words)
    try flush()
    try append([hash.value])
    try flush()
    try file.finish()
  }

  private mutating func append(_ words: [UInt64]) throws(FileError) {
    waiting += Self.bytes(words)
    if waiting.count >= 1 << 18 { try flush() }
  }

  private static func bytes(_ words: [UInt64]) -> [UInt8] {
    words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  private mutating func pad() throws(FileError) {
    waiting += [UInt8](repeating: 0, count: (8 - waiting.count % 8) % 8)
    try flush()
  }

  /// Hashes and writes the whole words among the waiting bytes.
  private mutating func flush() throws(FileError) {
    let whole = waiting.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      var word: UInt64 = 0
      for byte in 0..<8 { word |= UInt64(waiting[start + byte]) << UInt64(8 * byte) }
      hash.append(word: word)
    }
    let rest = Array(waiting[whole...])
    waiting.removeSubrange(whole...)
    try file.append(waiting)
    waiting.replaceSubrange(waiting.startIndex..., with: rest)
  }
}
