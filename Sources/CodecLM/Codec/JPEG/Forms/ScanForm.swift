extension JPEGProfile.Stream {
  /// The whole file, an interchange format (T.81 B.2).
  public static let full = Self(name: "full")
  /// The file without its quantization and Huffman tables, an abbreviated format (T.81 B.4).
  ///
  /// SOI, APP0, SOF0, DRI if any, SOS, entropy-coded data, EOI: the form of the paper.
  public static let abbreviated = Self(name: "abbreviated")
  /// The entropy-coded data alone, with its restart markers if any.
  public static let scan = Self(name: "scan")
}

/// Streams that hold the entropy-coded data as they are, between a constant header and trailer.
struct ScanForm: StreamForm {
  private let header: [UInt8]
  private let trailer: [UInt8]
  private let grammar: JPEGGrammar
  private let profile: JPEGProfile

  private init(_ template: JPEGTemplate, header: [UInt8], trailer: [UInt8]) {
    self.header = header
    self.trailer = trailer
    grammar = template.grammar(header: header, trailer: trailer)
    profile = template.profile
  }

  /// ``JPEGProfile/Stream/full``.
  @Sendable static func full(_ template: JPEGTemplate) -> any StreamForm {
    Self(template, header: template.fileHeader, trailer: JPEGTemplate.endOfImage)
  }

  /// ``JPEGProfile/Stream/abbreviated``.
  @Sendable static func abbreviated(_ template: JPEGTemplate) -> any StreamForm {
    Self(template, header: template.abbreviatedHeader, trailer: JPEGTemplate.endOfImage)
  }

  /// ``JPEGProfile/Stream/scan``.
  @Sendable static func bare(_ template: JPEGTemplate) -> any StreamForm {
    Self(template, header: [], trailer: [])
  }

  func makeGrammar() -> any ByteGrammar { grammar }

  func stream(of scan: ArraySlice<UInt8>) -> [UInt8] { header + scan + trailer }

  /// Headers and markers are checked, the entropy-coded bits are not.
  func scan(of stream: [UInt8]) throws(CodecError) -> ArraySlice<UInt8> {
    for (offset, byte) in header.enumerated() {
      guard offset < stream.count, stream[offset] == byte else {
        throw .notCanonical(offset: offset, .header)
      }
    }
    let end = stream.count - trailer.count
    guard end > header.count else {
      throw .notCanonical(offset: stream.count, .noData)
    }
    try checkMarkers(stream, header.count..<end)
    guard stream[end...].elementsEqual(trailer) else {
      throw .notCanonical(offset: end, .noEndOfImage)
    }
    return stream[header.count..<end]
  }

  /// T.81 B.1.1.5 and E.1.4: in entropy-coded data 0xFF is followed by a stuffed 0x00 or is part of
  /// a restart marker; these count RST0 … RST7 in a cycle.
  private func checkMarkers(_ bytes: [UInt8], _ scan: Range<Int>) throws(CodecError) {
    var markers = 0
    var offset = scan.lowerBound
    while offset < scan.upperBound {
      guard bytes[offset] == 0xFF else {
        offset += 1
        continue
      }
      let code = offset + 1 < scan.upperBound ? bytes[offset + 1] : nil
      if code != 0x00 {
        guard code == 0xD0 + UInt8(markers % 8), markers < profile.restartMarkerCount else {
          throw .notCanonical(offset: offset, .marker)
        }
        markers += 1
      }
      offset += 2
    }
    guard markers == profile.restartMarkerCount else {
      throw .notCanonical(
        offset: scan.upperBound,
        .restartMarkers(markers, needed: profile.restartMarkerCount))
    }
  }

  func unitRuns(of stream: [UInt8]) throws(CodecError) -> [UnitRun] {
    var state = grammar
    var runs: [UnitRun] = []
    runs.reserveCapacity(profile.mcuCount)
    for (offset, byte) in stream.enumerated() {
      let isAllowed = state.advance(byte) {
        runs.append(UnitRun(unit: runs.count, end: 8 * offset + $0))
      }
      guard isAllowed else {
        throw .notCanonical(offset: offset, .byte)
      }
    }
    guard state.isComplete else {
      throw .notCanonical(offset: stream.count, .end)
    }
    return runs
  }
}
