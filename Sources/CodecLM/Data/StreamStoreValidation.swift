/// Checks every number of a stream store, so that reading it afterwards cannot fail.
///
/// The checksum finds accidents first. The checks after it hold for files whose checksum is right
/// but whose writer was wrong.
enum StreamStoreValidation {
  /// What a valid file holds.
  struct Contents {
    let foot: StreamStoreFoot
    let offsets: StreamStoreFoot.Offsets
    let skipped: [SkippedFile]
    /// Where the paths of the folder's files begin in the text.
    let pathStart: Int
    let training: [Int]
    let heldOut: [Int]
  }

  static func contents(of file: MappedFile) throws(StoreError) -> Contents {
    try StoreFile.checkHead(of: file, .streams)
    let checks = StoreChecks(path: file.path)
    guard let foot = StreamStoreFoot(of: file), let offsets = foot.offsets,
      offsets.foot == file.count - StreamStoreFoot.byteCount
    else { throw checks.damage(.size(bytes: file.count)) }
    try checks.requireChecksum(of: file)
    try checks.require(
      (0...1).contains(foot.isMirrored) && (0...1).contains(foot.heldOutShare),
      or: .settings)
    try checks.require(foot.images >= 1, or: .noImage)
    try checks.require(
      (1...foot.images).contains(foot.originals) && foot.duplicates < foot.originals
        && foot.unreadable <= foot.skipped, or: .counts)

    var (training, heldOut): ([Int], [Int]) = ([], [])
    var (streamEnd, textEnd) = (0, 0)
    for index in 0..<foot.images {
      func word(_ word: StreamStoreFormat.Word) -> UInt64 {
        file.uint64(
          at: offsets.images + index * StreamStoreFormat.imageBytes + 8 * word.rawValue)
      }
      let first = word(.streamEnd)
      if first & StoreFile.heldOutFlag != 0 {
        heldOut.append(index)
      } else {
        training.append(index)
      }
      for end in [first & ~StoreFile.heldOutFlag, word(.companionEnd)] {
        _ = try checks.advance(
          &streamEnd, to: end, limit: foot.streamBytes, "bytes", index)
      }
      for end in [word(.labelEnd), word(.captionEnd)] {
        _ = try checks.advance(&textEnd, to: end, limit: foot.textBytes, "annotation", index)
      }
      try checks.require(
        word(.file) < UInt64(foot.files)
          && word(.parts) <= StreamStoreFormat.Parts.all.rawValue,
        or: .imageOfNoFile(index))
    }
    try checks.require(streamEnd == foot.streamBytes, or: .strayBytes)
    try checks.require(!training.isEmpty, or: .noTrainingImage)
    // One picture, or copies of one.
    if heldOut.isEmpty { heldOut = training }

    let pathStart = textEnd
    for index in 0..<foot.files {
      let start = offsets.files + index * StreamStoreFormat.fileBytes
      _ = try checks.advance(
        &textEnd, to: file.uint64(at: start), limit: foot.textBytes, "path", index)
      try checks.require(
        Int(exactly: file.uint64(at: start + 8)) != nil, or: .fileTooLarge(index))
    }
    let skipped = try checks.skippedFiles(
      in: file, at: offsets.skipped, foot.skipped, text: offsets.text, textEnd..<foot.textBytes)
    return Contents(
      foot: foot, offsets: offsets, skipped: skipped, pathStart: pathStart, training: training,
      heldOut: heldOut)
  }
}
