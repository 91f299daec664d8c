/// A codec with means of its own to check a stream.
public protocol StreamChecking: Codec {
  /// Checks a canonical stream by all means at hand.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` or ``CodecError/corrupt(_:)``.
  func checkFully(_ canonical: [UInt8]) throws(CodecError)
}

extension Codec {
  /// Checks a canonical stream by all means at hand; without ``StreamChecking`` it is followed through
  /// the grammar and decoded, its frames and units are counted, and its file is brought into canonical
  /// form again.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` or ``CodecError/corrupt(_:)``.
  public func check(_ canonical: [UInt8]) throws(CodecError) {
    if let codec = self as? any StreamChecking { return try codec.checkFully(canonical) }
    var grammar = makeGrammar()
    for (offset, byte) in canonical.enumerated() where !grammar.advance(byte) {
      throw .notCanonical(offset: offset, .byte)
    }
    guard grammar.isComplete else {
      throw .notCanonical(offset: canonical.count, .end)
    }
    let file = try file(from: canonical)
    let frames = try frames(ofFile: file)
    let units = try (self as? any UnitCoding)?.unitsCoded(in: canonical)
    guard units == self.units?.count, frames.count == frameCount,
      try canonicalBytes(of: file) == canonical
    else { throw .corrupt(.roundTrip) }
  }
}

extension UnitCoding {
  /// How many units have a piece of a stream.
  func unitsCoded(in canonical: [UInt8]) throws(CodecError) -> Int {
    Set(try unitRuns(of: canonical).map(\.unit)).count
  }
}
