extension AVCGrammar {
  /// Where the parts of a stream end.
  package struct Layout: Equatable {
    /// The offset behind the last bit of each macroblock, frame after frame, in bits from the
    /// beginning of the stream; rbsp_trailing_bits are not counted to it.
    package var unitEnds: [Int] = []
    /// Offset of each frame's first byte, which is that of a start code; what comes before it is the
    /// frames before.
    package var frameStarts: [Int] = []
  }

  /// Macroblocks of a stream.
  package var unitCount: Int { rules.frames * rules.parameters.macroblocks }

  /// Macroblocks beside each other.
  package var unitsPerRow: Int { rules.parameters.columns }

  /// Where the macroblocks and frames of a stream are, if this is the grammar at its beginning.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` where a byte is not allowed.
  /// - Complexity: O(bytes).
  package func layout(of canonical: [UInt8]) throws(CodecError) -> Layout {
    var grammar = self
    var layout = Layout(frameStarts: [rules.header.count])
    layout.unitEnds.reserveCapacity(unitCount)
    for (offset, byte) in canonical.enumerated() {
      let whole = grammar.wholeFrames
      guard grammar.advance(byte, unitEnded: { layout.unitEnds.append(8 * offset + $0) }) else {
        throw .notCanonical(offset: offset, .byte)
      }
      if grammar.wholeFrames > whole, !grammar.isComplete { layout.frameStarts.append(offset + 1) }
    }
    guard grammar.isComplete else {
      throw .notCanonical(offset: canonical.count, .end)
    }
    return layout
  }
}
