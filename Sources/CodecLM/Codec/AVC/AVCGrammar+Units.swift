extension AVCGrammar {
  /// Where the parts of a stream end.
  struct Layout: Equatable {
    /// Behind the last bit of each macroblock, frame after frame: the offset in bits from the beginning
    /// of the stream, without rbsp_trailing_bits.
    var unitEnds: [Int] = []
    /// Offset of each frame's first byte, which is that of a start code.
    ///
    /// The stream's bytes before the one of a frame are the frames before it.
    var frameStarts: [Int] = []
  }

  /// Macroblocks of a stream.
  var unitCount: Int { rules.frames * rules.parameters.macroblocks }

  /// Macroblocks beside each other.
  var unitsPerRow: Int { rules.parameters.columns }

  /// Where the macroblocks and frames of a stream are, if this is the grammar at its beginning.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)`` where a byte is not allowed.
  /// - Complexity: O(bytes).
  func layout(of canonical: [UInt8]) throws(CodecError) -> Layout {
    var grammar = self
    var layout = Layout(frameStarts: [rules.header.count])
    layout.unitEnds.reserveCapacity(unitCount)
    for (offset, byte) in canonical.enumerated() {
      let whole = grammar.wholeFrames
      guard grammar.advance(byte, unitEnded: { layout.unitEnds.append(8 * offset + $0) }) else {
        throw .notCanonical(offset: offset, reason: "a byte that may not stand here")
      }
      if grammar.wholeFrames > whole, !grammar.isComplete { layout.frameStarts.append(offset + 1) }
    }
    guard grammar.isComplete else {
      throw .notCanonical(offset: canonical.count, reason: "the stream ends too early")
    }
    return layout
  }
}
