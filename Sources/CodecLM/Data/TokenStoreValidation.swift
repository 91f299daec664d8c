/// Checks every number of a token store, so that reading it afterwards cannot fail.
///
/// The checksum finds accidents first. The checks after it hold for files whose checksum is right
/// but whose writer was wrong.
enum TokenStoreValidation {
  /// What a valid file holds.
  struct Contents {
    let foot: TokenStoreFoot
    let offsets: TokenStoreFoot.Offsets
    let tokenizer: Tokenizer
    let training: [Int]
    let heldOut: [Int]
    let skipped: [SkippedFile]
    let statistics: TokenStore.Statistics
  }

  static func contents(of file: MappedFile) throws(TokenStoreError) -> Contents {
    guard file.count >= TokenStoreFormat.headBytes, file.uint64(at: 0) == TokenStoreFormat.magic
    else { throw .notATokenStore(path: file.path) }
    let version = file.uint64(at: 8)
    guard version == TokenStoreFormat.version else {
      throw .unsupportedVersion(path: file.path, found: version)
    }
    let checks = Checks(path: file.path)
    guard let foot = TokenStoreFoot(of: file), let offsets = foot.offsets,
      offsets.foot == file.count - TokenStoreFoot.byteCount
    else { throw checks.damage("its size of \(file.count) bytes does not fit its counts") }
    try checks.require(
      checksum(of: file) == file.uint64(at: file.count - 8), "the checksum is wrong")
    let tokenizer = try tokenizer(in: file, foot, offsets, checks)

    var statistics = TokenStore.Statistics()
    statistics.tokens = foot.tokens
    var training: [Int] = []
    var heldOut: [Int] = []
    var (tokenEnd, textEnd) = (0, 0)
    try checks.require(foot.images >= 1, "it holds no image")
    for index in 0..<foot.images {
      let start = offsets.images + index * TokenStoreFormat.imageBytes
      let word = file.uint64(at: start)
      if word & TokenStoreFormat.heldOutFlag != 0 {
        heldOut.append(index)
      } else {
        training.append(index)
      }
      let tokens = try checks.advance(
        &tokenEnd, to: word & ~TokenStoreFormat.heldOutFlag, limit: foot.tokens, "tokens", index)
      statistics.longest = max(statistics.longest, tokens)
      let (bytes, overflow) = statistics.bytes.addingReportingOverflow(
        Int(clamping: file.uint64(at: start + 8)))
      try checks.require(!overflow, "image \(index) has too many bytes")
      statistics.bytes = bytes
      _ = try checks.advance(
        &textEnd, to: file.uint64(at: start + 16), limit: foot.textBytes, "name", index)
    }
    try checks.require(tokenEnd == foot.tokens, "tokens belong to no image")
    let skipped = try skippedFiles(in: file, foot, offsets, after: textEnd, checks)
    try checks.require(!training.isEmpty, "no image is to train on")
    // One picture, or copies of one.
    if heldOut.isEmpty { heldOut = training }
    try checks.require(foot.duplicates < foot.images, "it has more copies than images")
    statistics.duplicates = foot.duplicates
    statistics.mean = Double(foot.tokens) / Double(foot.images)
    statistics.training = training.count
    statistics.heldOut = heldOut.count
    return Contents(
      foot: foot, offsets: offsets, tokenizer: tokenizer, training: training, heldOut: heldOut,
      skipped: skipped, statistics: statistics)
  }

  /// Hash of all words before the last.
  static func checksum(of file: MappedFile) -> UInt64 {
    var hash = StableHash()
    for offset in stride(from: 0, to: file.count - 8, by: 8) {
      hash.append(word: file.uint64(at: offset))
    }
    return hash.value
  }

  private static func tokenizer(
    in file: MappedFile, _ foot: TokenStoreFoot, _ offsets: TokenStoreFoot.Offsets,
    _ checks: Checks
  ) throws(TokenStoreError) -> Tokenizer {
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(
        TokenizerFile(
          file.bytes(offsets.tokenizer..<offsets.tokenizer + foot.tokenizerBytes)))
    } catch {
      throw checks.damage("\(error)")
    }
    try checks.require(
      foot.width == TokenWidth(for: tokenizer),
      "\(foot.width.rawValue) bytes a token do not fit its tokenizer")
    let width = foot.width
    if tokenizer.count < 1 << (8 * width.rawValue) {
      let start = TokenStoreFormat.headBytes
      let inside = file.withBytes(start..<start + width.rawValue * foot.tokens) { bytes in
        (0..<foot.tokens).allSatisfy { width.token(at: $0, in: bytes) < tokenizer.count }
      }
      try checks.require(inside, "a token is outside the vocabulary")
    }
    return tokenizer
  }

  private static func skippedFiles(
    in file: MappedFile, _ foot: TokenStoreFoot, _ offsets: TokenStoreFoot.Offsets,
    after start: Int, _ checks: Checks
  ) throws(TokenStoreError) -> [SkippedFile] {
    var end = start
    var files: [SkippedFile] = []
    for index in 0..<foot.skipped {
      var parts: [String] = []
      for part in 0..<2 {
        let begin = end
        let offset = offsets.skipped + index * TokenStoreFormat.skippedBytes + 8 * part
        _ = try checks.advance(
          &end, to: file.uint64(at: offset), limit: foot.textBytes, "skipped file", index)
        parts.append(file.text(offsets.text + begin..<offsets.text + end))
      }
      files.append(SkippedFile(path: parts[0], reason: parts[1]))
    }
    try checks.require(end == foot.textBytes, "text belongs to nothing")
    return files
  }

  private struct Checks {
    let path: String

    func damage(_ reason: String) -> TokenStoreError {
      .damaged(path: path, reason: reason)
    }

    func require(_ condition: Bool, _ reason: String) throws(TokenStoreError) {
      guard condition else { throw damage(reason) }
    }

    /// Moves `end` to a later end that was read, and returns by how much.
    func advance(
      _ end: inout Int, to next: UInt64, limit: Int, _ part: String, _ index: Int
    ) throws(TokenStoreError) -> Int {
      guard let next = Int(exactly: next), next >= end, next <= limit else {
        throw damage("the \(part) of number \(index) ends at \(next), outside \(end)...\(limit)")
      }
      defer { end = next }
      return next - end
    }
  }
}
