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

  static func contents(of file: MappedFile) throws(StoreError) -> Contents {
    try StoreFile.checkHead(of: file, .tokens)
    let checks = StoreChecks(path: file.path)
    guard let foot = TokenStoreFoot(of: file), let offsets = foot.offsets,
      offsets.foot == file.count - TokenStoreFoot.byteCount
    else { throw checks.damage(.size(bytes: file.count)) }
    try checks.requireChecksum(of: file)
    let tokenizer = try tokenizer(in: file, foot, offsets, checks)

    var statistics = TokenStore.Statistics()
    statistics.tokens = foot.tokens
    var training: [Int] = []
    var heldOut: [Int] = []
    var (tokenEnd, textEnd) = (0, 0)
    try checks.require(foot.images >= 1, or: .noImage)
    for index in 0..<foot.images {
      let start = offsets.images + index * TokenStoreFormat.imageBytes
      let word = file.uint64(at: start)
      if word & StoreFile.heldOutFlag != 0 {
        heldOut.append(index)
      } else {
        training.append(index)
      }
      let tokens = try checks.advance(
        &tokenEnd, to: word & ~StoreFile.heldOutFlag, limit: foot.tokens, "tokens", index)
      statistics.longest = max(statistics.longest, tokens)
      let (bytes, overflow) = statistics.bytes.addingReportingOverflow(
        Int(clamping: file.uint64(at: start + 8)))
      try checks.require(!overflow, or: .imageTooLarge(index))
      statistics.bytes = bytes
      _ = try checks.advance(
        &textEnd, to: file.uint64(at: start + 16), limit: foot.textBytes, "name", index)
    }
    try checks.require(tokenEnd == foot.tokens, or: .strayTokens)
    let skipped = try checks.skippedFiles(
      in: file, at: offsets.skipped, foot.skipped, text: offsets.text, textEnd..<foot.textBytes)
    try checks.require(!training.isEmpty, or: .noTrainingImage)
    // One picture, or copies of one.
    if heldOut.isEmpty { heldOut = training }
    try checks.require(foot.duplicates < foot.images, or: .tooManyCopies)
    statistics.duplicates = foot.duplicates
    statistics.mean = Double(foot.tokens) / Double(foot.images)
    statistics.training = training.count
    statistics.heldOut = heldOut.count
    return Contents(
      foot: foot, offsets: offsets, tokenizer: tokenizer, training: training, heldOut: heldOut,
      skipped: skipped, statistics: statistics)
  }

  private static func tokenizer(
    in file: MappedFile, _ foot: TokenStoreFoot, _ offsets: TokenStoreFoot.Offsets,
    _ checks: StoreChecks
  ) throws(StoreError) -> Tokenizer {
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(
        TokenizerFile(
          file.bytes(offsets.tokenizer..<offsets.tokenizer + foot.tokenizerBytes)))
    } catch {
      throw checks.damage(.tokenizer(error))
    }
    try checks.require(
      foot.width == TokenWidth(for: tokenizer),
      or: .tokenWidth(bytes: foot.width.rawValue))
    let width = foot.width
    if tokenizer.count < 1 << (8 * width.rawValue) {
      let start = StoreFile.headBytes
      let inside = file.withBytes(start..<start + width.rawValue * foot.tokens) { bytes in
        (0..<foot.tokens).allSatisfy { width.token(at: $0, in: bytes) < tokenizer.count }
      }
      try checks.require(inside, or: .strangeToken)
    }
    return tokenizer
  }
}
