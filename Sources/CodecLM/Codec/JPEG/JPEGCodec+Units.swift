extension JPEGCodec {
  /// Checks a canonical stream by all means at hand: every byte is allowed by the grammar, which is
  /// complete at the end; libjpeg decodes it without a warning; and ``JPEGInspection``, which shares
  /// nothing with the two, finds no fault, the profile's number of MCUs and the same ends of them.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)`` or ``CodecError/corrupt(message:)``.
  public func check(_ canonical: [UInt8]) throws(CodecError) {
    let scan = try symbolCoder?.data(of: canonical) ?? canonical
    let ends = try unitEnds(ofScan: scan)
    _ = try decode(canonical)
    let inspection = try JPEGInspection(file(from: canonical), mcu: unitCount - 1)
    if let fault = inspection.fault { throw .corrupt(message: "\(fault)") }
    let last = inspection.dataUnits.last?.codes.last
    let headers = fileHeader.count - streamHeader.count
    guard inspection.scans.first?.mcusRead == unitCount, ends.count == unitCount,
      try unitEnds(of: canonical).count == unitCount,
      last.map({ $0.bitEnd - 8 * headers }) == ends.last
    else { throw .corrupt(message: "grammar and inspection count differently") }
  }

  /// MCUs in a picture.
  public var unitCount: Int { profile.mcuCount }

  /// MCUs in a row.
  public var unitsPerRow: Int { profile.mcuColumns }

  /// The offset, in bits, behind the last bit of each MCU.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)``.
  public func unitEnds(of canonical: [UInt8]) throws(CodecError) -> [Int] {
    guard let symbolCoder else { return try unitEnds(ofScan: canonical) }
    var grammar = JPEGSymbolGrammar(symbolCoder.rules)
    var ends: [Int] = []
    for (offset, symbol) in canonical.enumerated() {
      let before = grammar.unitCount
      guard grammar.advance(symbol) else {
        throw .notCanonical(offset: offset, reason: "a symbol that may not stand here")
      }
      if grammar.unitCount > before { ends.append(8 * (offset + 1)) }
    }
    guard grammar.isComplete else {
      throw .notCanonical(offset: canonical.count, reason: "the stream ends too early")
    }
    return ends
  }

  private func unitEnds(ofScan canonical: [UInt8]) throws(CodecError) -> [Int] {
    var state = grammar
    var ends: [Int] = []
    ends.reserveCapacity(unitCount)
    for (offset, byte) in canonical.enumerated() {
      guard state.advance(byte, unitEnded: { ends.append(8 * offset + $0) }) else {
        throw .notCanonical(offset: offset, reason: "a byte that may not stand here")
      }
    }
    guard state.isComplete else {
      throw .notCanonical(offset: canonical.count, reason: "the stream ends too early")
    }
    return ends
  }

  /// The bits of the entropy-coded data without restart markers: whole bytes, with stuffing and
  /// padding, as libjpeg writes them.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  public func baselineBits(of canonical: [UInt8]) throws(CodecError) -> Int {
    let file = try file(from: canonical)
    var plain = profile
    plain.restartInterval = 0
    guard let rewritten = LibJPEG.rewrite(file, plain, hasTables: true) else {
      // Decoding says what is wrong with the data.
      _ = try decode(canonical)
      throw .corrupt(message: "the coefficients cannot be coded again")
    }
    let headers = fileHeader.count - (profile.restartInterval > 0 ? Self.restartIntervalSegment : 0)
    return 8 * (rewritten.count - headers - Self.endOfImage.count)
  }

  /// Bytes of a DRI segment (T.81 B.2.4.4).
  private static let restartIntervalSegment = 6
}
