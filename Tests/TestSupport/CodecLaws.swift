package import CodecLM

/// A law that a codec breaks.
package struct BrokenLaw: Error, CustomStringConvertible {
  package let description: String
}

/// What holds for any codec, whatever else it can do; a new codec, or form of a stream, runs it with files of
/// its format.
///
/// - Throws: ``BrokenLaw`` at the first that does not hold, and what the codec throws.
package func checkCodecLaws(_ codec: some Codec, files: [[UInt8]]) throws {
  for (number, file) in files.enumerated() {
    let laws = CodecLaws(codec, file: "file \(number)")
    let stream = try codec.canonicalBytes(of: file)
    try laws.require(try codec.canonicalBytes(of: file) == stream, "equal files, equal streams")
    try laws.checkFile(of: stream)
    try laws.checkGrammar(stream)
    try laws.checkCompletions(of: stream)
    if let codec = codec as? any UnitCoding { try laws.checkUnits(of: stream, codec) }
    if let codec = codec as? any Mirroring { try codec.check(codec.mirrorImage(of: file)) }
    if let codec = codec as? any PictureEncoding {
      let images = try codec.images(of: file)
      try laws.require(images.count == codec.frameCount, "an image for each frame")
      try codec.check(codec.canonicalBytes(of: images))
    }
    let starts = codec.symbolStarts
    if !starts.isEmpty {
      try laws.require(stream.first.map(starts.contains) == true, "a stream begins with a symbol")
    }
  }
}

private struct CodecLaws<C: Codec> {
  let codec: C
  let file: String

  init(_ codec: C, file: String) {
    self.codec = codec
    self.file = file
  }

  func require(_ condition: Bool, _ law: String) throws {
    if !condition { throw BrokenLaw(description: "\(file): \(law)") }
  }

  func checkFile(of stream: [UInt8]) throws {
    let file = try codec.file(from: stream)
    try require(try codec.canonicalBytes(of: file) == stream, "a canonical file keeps its stream")
    try codec.check(stream)
    let (picture, frames) = (try codec.decode(stream), try codec.frames(of: stream))
    try require(frames.count == codec.frameCount, "as many frames as the codec says")
    try require(picture == PixelImage(sideBySide: frames), "a picture shows the frames")
    let (content, copy) = (try codec.content(of: stream), try codec.container(of: stream))
    try require(content.file == file && content.frames == frames, "content is file and frames")
    try require(
      content.container?.file == copy?.file
        && content.container?.fileExtension == copy?.fileExtension, "content has the copy")
    if let copy {
      try require(
        try codec.canonicalBytes(of: copy.file) == stream, "a copy for players has the same stream")
    }
    try require(try codec.baselineBits(of: stream) > 0, "the plainest coding has bits")
  }

  func checkGrammar(_ stream: [UInt8]) throws {
    var grammar = codec.makeGrammar()
    for (offset, byte) in stream.enumerated() {
      let allowed = grammar.allowedBytes
      try require(!grammar.isComplete, "a stream is complete at its end only, not at \(offset)")
      try require(allowed.contains(byte), "byte \(offset) is allowed")
      try require(
        grammar.forcedByte == (allowed.count == 1 ? allowed.first : nil),
        "a byte is forced where it is the only one, at \(offset)")
      var other = grammar
      let stranger = byte ^ UInt8(truncatingIfNeeded: 1 + offset % 255)
      try require(
        other.advance(stranger) == allowed.contains(stranger), "allowed bytes advance, at \(offset)"
      )
      try require(grammar.advance(byte), "byte \(offset) advances")
    }
    try require(grammar.isComplete && grammar.allowedBytes.isEmpty, "a whole stream is complete")
    try require(grammar.completion().isEmpty, "a whole stream lacks nothing")
  }

  func checkCompletions(of stream: [UInt8]) throws {
    for length in stride(from: 0, through: stream.count, by: max(1, stream.count / 16)) {
      let whole = codec.completed(Prompt(bytes: Array(stream[..<length])))
      try require(whole.starts(with: stream[..<length]), "a completion keeps what was there")
      _ = try codec.decode(whole)
    }
  }

  func checkUnits(of stream: [UInt8], _ codec: any UnitCoding) throws {
    let (layout, runs) = (codec.unitLayout, try codec.unitRuns(of: stream))
    try require(layout.frames == codec.frameCount, "units lie in every frame")
    try require(
      Set(runs.map(\.unit)) == Set(0..<layout.count), "every unit has a piece, and no other")
    let ends = [0] + runs.map(\.end) + [8 * stream.count]
    try require(
      zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 }, "pieces are in the stream's order")
    let decided = try codec.unitEnds(of: stream)
    for kept in stride(from: 0, through: layout.count, by: max(1, layout.count / 8)) {
      let prompt = try codec.prompt(stream, keeping: .units(kept))
      let bits = 8 * prompt.bytes.count + prompt.tail.count
      let units = decided.indices.filter { decided[$0] <= bits }
      try require(units.count >= kept, "a prompt decides \(kept) units")
      let completed = try codec.unitEnds(of: codec.completed(prompt))
      try require(
        units.allSatisfy { completed[$0] == decided[$0] }, "a completion keeps \(kept) units")
    }
  }
}
