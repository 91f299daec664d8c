/// Walks the marker segments of a file and reads their parameters.
///
/// Unlike `MarkerReader`, which the codec uses and which forgives what libjpeg does, it reads every fact
/// and stops at the first that contradicts T.81.
struct JPEGSegmentReader {
  let file: [UInt8]
  /// The next byte.
  var offset = 0
  /// Where a segment's parameters end; no read goes beyond.
  private var end: Int

  init(_ file: [UInt8]) {
    self.file = file
    end = file.count
  }

  /// The next segment; `nil` at the end of the file.
  ///
  /// - Throws: `JPEGFault` where no marker stands, or at parameters that cannot be.
  mutating func next() throws(JPEGFault) -> JPEGSegment? {
    end = file.count
    guard offset < file.count else { return nil }
    guard file[offset] == 0xFF else { throw JPEGFault(offset, "no marker where one is due") }
    // Any number of fill bytes may stand before a marker (B.1.1.2).
    while offset + 1 < file.count, file[offset + 1] == 0xFF { offset += 1 }
    let start = offset
    guard start + 1 < file.count else { throw JPEGFault(start, "the file ends inside a marker") }
    let marker = JPEGMarker(file[start + 1])
    guard marker.code != 0x00 else { throw JPEGFault(start, "no marker where one is due") }
    offset = start + 2
    if marker.standsAlone {
      return JPEGSegment(marker: marker, offset: start, length: 2, content: .none)
    }
    // What follows such a marker is not known, not even that it is a length.
    if let foreign = marker.foreign { throw JPEGFault(start, "\(marker.name), \(foreign)") }
    let length = try word()
    guard length >= 2 else {
      throw JPEGFault(start, "the \(marker.name) segment's length is \(length)")
    }
    guard start + 2 + length <= file.count else {
      throw JPEGFault(file.count, "the file ends inside the \(marker.name) segment")
    }
    end = start + 2 + length
    let content = try content(marker, start)
    offset = end
    return JPEGSegment(marker: marker, offset: start, length: length + 2, content: content)
  }

  /// Moves to the next marker other than RSTn, past entropy-coded data or what else stands there.
  mutating func skipToMarker() {
    while offset < file.count {
      if file[offset] == 0xFF, offset + 1 < file.count {
        switch file[offset + 1] {
        case 0x00, 0xD0...0xD7, 0xFF: break
        default: return
        }
      }
      offset += 1
    }
  }

  private mutating func byte() throws(JPEGFault) -> Int {
    guard offset < end else {
      let what = end == file.count ? "the file ends" : "the segment's length is too short"
      throw JPEGFault(offset, what)
    }
    defer { offset += 1 }
    return Int(file[offset])
  }

  private mutating func word() throws(JPEGFault) -> Int {
    let high = try byte()
    return high << 8 | (try byte())
  }

  /// Two numbers of four bits each.
  private mutating func halves() throws(JPEGFault) -> (Int, Int) {
    let both = try byte()
    return (both >> 4, both & 15)
  }

  private mutating func content(
    _ marker: JPEGMarker, _ start: Int
  ) throws(JPEGFault) -> JPEGSegment.Content {
    switch marker.code {
    case 0xDB: return .quantizationTables(try quantizationTables())
    case 0xC4: return .huffmanTables(try huffmanTables())
    case 0xDA: return .scan(try scanHeader())
    case 0xDD: return .restartInterval(try word())
    case 0xDC: return .numberOfLines(try word())
    case 0xE0...0xEF: return .application(JPEGApplicationData.owner(marker, file[offset..<end]))
    case 0xFE: return .comment(JPEGApplicationData.text(file[offset..<end]))
    case _ where marker.isFrameHeader: return .frame(try frame(marker))
    default: return .other
    }
  }

  private mutating func quantizationTables() throws(JPEGFault) -> [JPEGQuantizationTable] {
    var tables: [JPEGQuantizationTable] = []
    while offset < end {
      let start = offset
      let (precision, destination) = try halves()
      guard precision <= 1, destination <= 3 else {
        throw JPEGFault(start, "a quantization table of precision \(precision) for \(destination)")
      }
      var elements: [Int] = []
      for _ in 0..<64 { elements.append(precision == 0 ? try byte() : try word()) }
      guard !elements.contains(0) else {
        throw JPEGFault(start, "a zero in quantization table \(destination)")
      }
      tables.append(
        .init(destination: destination, precision: 8 << precision, elements: elements))
    }
    return tables
  }

  private mutating func huffmanTables() throws(JPEGFault) -> [JPEGHuffmanTable] {
    var tables: [JPEGHuffmanTable] = []
    while offset < end {
      let start = offset
      let (kind, destination) = try halves()
      guard kind <= 1, destination <= 3 else {
        throw JPEGFault(start, "a Huffman table of class \(kind) for \(destination)")
      }
      var (counts, symbols): ([Int], [UInt8]) = ([], [])
      for _ in 0..<16 { counts.append(try byte()) }
      for _ in 0..<counts.reduce(0, +) { symbols.append(UInt8(try byte())) }
      // Codes of each length, as many as are left over by the shorter ones (C.2).
      var free = 1
      for count in counts {
        free = 2 * free - count
        guard free >= 0 else { throw JPEGFault(start, "a Huffman table of too many codes") }
      }
      tables.append(
        .init(isAC: kind == 1, destination: destination, counts: counts, symbols: symbols))
    }
    return tables
  }

  private mutating func frame(_ marker: JPEGMarker) throws(JPEGFault) -> JPEGFrame {
    let start = offset - 4
    let precision = try byte()
    let (height, width) = (try word(), try word())
    let count = try byte()
    guard width > 0, count > 0 else {
      throw JPEGFault(start, "a frame of width \(width) and \(count) components")
    }
    var components: [JPEGFrame.Component] = []
    for _ in 0..<count {
      let identifier = try byte()
      let place = offset
      let (horizontal, vertical) = try halves()
      let table = try byte()
      guard (1...4).contains(horizontal), (1...4).contains(vertical), table <= 3 else {
        throw JPEGFault(
          place, "sampling factors \(horizontal) × \(vertical) and quantization table \(table)")
      }
      components.append(
        .init(
          identifier: identifier, horizontal: horizontal, vertical: vertical,
          quantizationTable: table))
    }
    return JPEGFrame(
      marker: marker, precision: precision, width: width, height: height, components: components)
  }

  private mutating func scanHeader() throws(JPEGFault) -> JPEGScanHeader {
    let start = offset - 4
    let count = try byte()
    guard (1...4).contains(count) else { throw JPEGFault(start, "a scan of \(count) components") }
    var components: [JPEGScanHeader.Component] = []
    for _ in 0..<count {
      let identifier = try byte()
      let (dc, ac) = try halves()
      guard dc <= 3, ac <= 3 else {
        throw JPEGFault(offset - 1, "a scan with Huffman tables \(dc) and \(ac)")
      }
      components.append(.init(identifier: identifier, dcTable: dc, acTable: ac))
    }
    let (first, last) = (try byte(), try byte())
    let (high, low) = try halves()
    return JPEGScanHeader(
      components: components, spectralStart: first, spectralEnd: last, approximationHigh: high,
      approximationLow: low)
  }
}
