extension JPEGCodec: UnitCoding, SymbolMarking {
  /// The MCUs of a picture.
  package var unitLayout: UnitLayout {
    UnitLayout(
      columns: profile.mcuColumns, rows: profile.mcuRows, unitWidth: profile.mcuWidth,
      unitHeight: profile.mcuHeight)
  }

  /// The pieces of a stream and the MCU that each belongs to.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)``.
  package func unitRuns(of canonical: [UInt8]) throws(CodecError) -> [UnitRun] {
    try form.unitRuns(of: canonical)
  }

  /// In streams of symbols, the places of coefficients.
  package var bytesBeginningSymbols: ByteSet { form.symbolStarts }
}

extension JPEGCodec: StreamChecking {
  /// Checks a canonical stream by all means at hand: every byte is allowed by the grammar, which is
  /// complete at the end; libjpeg decodes it without a warning; and `JPEGInspection`, which shares
  /// no reader with the two, finds no fault, the profile's number of MCUs and the same ends of them.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` or ``CodecError/corrupt(_:)``.
  package func checkFully(_ canonical: [UInt8]) throws(CodecError) {
    let coded = try unitsCoded(in: canonical)
    let scan = try form.scan(of: canonical)
    let ends = try ScanForm.bare(template).unitRuns(of: Array(scan)).map(\.end)
    let file = template.file(of: scan)
    _ = try picture(ofFile: file)
    let inspection = try JPEGInspection(file, mcu: unitCount - 1)
    if let fault = inspection.fault {
      throw .corrupt(.inspection(offset: fault.offset, fault.reason))
    }
    let last = inspection.dataUnits.last?.codes.last
    guard inspection.scans.first?.mcusRead == unitCount, ends.count == unitCount,
      coded == unitCount, last.map({ $0.bitEnd - 8 * template.fileHeader.count }) == ends.last
    else { throw .corrupt(.unitCount) }
  }
}

extension JPEGCodec: BaselineMeasuring {
  /// The bits of the entropy-coded data without restart markers: whole bytes, with stuffing and
  /// padding, as libjpeg writes them.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  package func plainestBits(of canonical: [UInt8]) throws(CodecError) -> Int {
    let file = try file(from: canonical)
    var plain = profile
    plain.restartInterval = 0
    guard let rewritten = LibJPEG.rewrite(file, plain, hasTables: true) else {
      // Decoding says what is wrong with the data.
      _ = try picture(ofFile: file)
      throw .corrupt(.coefficients)
    }
    let interval = profile.restartInterval > 0 ? Self.restartIntervalSegment : 0
    let headers = template.fileHeader.count - interval
    return 8 * (rewritten.count - headers - JPEGTemplate.endOfImage.count)
  }

  /// Bytes of a DRI segment (T.81 B.2.4.4).
  private static let restartIntervalSegment = 6
}
