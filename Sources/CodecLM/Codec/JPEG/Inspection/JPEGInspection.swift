/// A JPEG file taken apart: its markers with what they say and, in sequential Huffman coding, what the
/// entropy-coded data consists of.
///
/// ```swift
/// let inspection = try JPEGInspection(bytes)
/// for scan in inspection.scans { print(scan.mcuCount, scan.components.map(\.bits)) }
/// if let fault = inspection.fault { print(fault) }
/// ```
///
/// It follows ITU-T T.81 without libjpeg and is stricter: it stops at a run past coefficient 63 and
/// at bytes between segments, which decoders read over.
package struct JPEGInspection: Sendable, Encodable {
  /// The file's length in bytes.
  package let bytes: Int
  /// The segments in their order, up to EOI.
  package private(set) var segments: [JPEGSegment] = []
  /// The picture, when a frame header was found.
  package private(set) var frame: JPEGFrame?
  /// What the scans hold; empty when the coding is ``unsupported``.
  package private(set) var scans: [JPEGScan] = []
  /// The data units of the MCU that was asked for, of each scan that has so many.
  package private(set) var dataUnits: [JPEGDataUnit] = []
  /// Bytes behind EOI.
  package private(set) var trailingBytes = 0
  /// Whether there are neither quantization nor Huffman tables, so that only who has them can decode the
  /// file: an abbreviated format (T.81 B.4).
  package private(set) var isAbbreviated = false
  /// Why the scans were not taken apart, though nothing is wrong with them: another coding process.
  package private(set) var unsupported: String?
  /// The first fault, if any.
  ///
  /// Segments after it are listed as far as they can be found.
  package private(set) var fault: JPEGFault?

  private struct Tables {
    var dc = [HuffmanDecoder?](repeating: nil, count: 4)
    var ac = [HuffmanDecoder?](repeating: nil, count: 4)
    var quantization: Set<Int> = []
    var restartInterval = 0

    var isEmpty: Bool {
      quantization.isEmpty && dc.allSatisfy { $0 == nil } && ac.allSatisfy { $0 == nil }
    }
  }

  /// Takes a file apart.
  ///
  /// - Parameters:
  ///   - file: the bytes of a file, with or without tables.
  ///   - mcu: the number of an MCU whose ``dataUnits`` are kept.
  /// - Throws: ``CodecError/wrongFormat(expected:)`` without SOI at the beginning; whatever else is
  ///   wrong becomes ``fault``.
  /// - Complexity: O(bytes).
  package init(_ file: [UInt8], mcu: Int? = nil) throws(CodecError) {
    guard file.starts(with: [0xFF, 0xD8]) else { throw .wrongFormat(expected: "JPEG") }
    bytes = file.count
    var reader = JPEGSegmentReader(file)
    var tables = Tables()
    var scanned: Set<Int> = []
    var isEnded = false
    while !isEnded {
      do throws(JPEGFault) {
        guard let segment = try reader.next() else {
          throw JPEGFault(file.count, "the file ends without EOI")
        }
        segments.append(segment)
        isEnded = segment.marker.code == 0xD9
        if case .scan(let header) = segment.content {
          look(at: header, at: segment.offset, tables, &scanned)
        }
        try take(segment, &reader, &tables, mcu)
        if isEnded { try checkComponents(scanned, at: segment.offset) }
      } catch {
        if fault == nil { fault = error }
        isEnded = reader.offset >= file.count
        reader.skipToMarker()
      }
    }
    isAbbreviated = tables.isEmpty
    trailingBytes = segments.last?.marker.code == 0xD9 ? file.count - reader.offset : 0
    if fault == nil, frame == nil { fault = JPEGFault(reader.offset, "no frame header") }
    if fault == nil, !hasScan {
      fault = JPEGFault(reader.offset, "no scan")
    }
  }

  /// Notes the components of a scan and whether their quantization tables are there, which decoders take
  /// down at this place.
  private mutating func look(
    at header: JPEGScanHeader, at offset: Int, _ tables: Tables, _ scanned: inout Set<Int>
  ) {
    guard let frame else { return }
    // The scans of a progressive frame without DC coefficients refine what is not there.
    let isFirst = !frame.isProgressive || header.spectralStart == 0
    for part in header.components {
      if isFirst { scanned.insert(part.identifier) }
      guard fault == nil, !tables.isEmpty, !frame.isLossless,
        let component = frame.components.first(where: { $0.identifier == part.identifier }),
        !tables.quantization.contains(component.quantizationTable)
      else { continue }
      // Its data can be taken apart all the same.
      fault = JPEGFault(
        offset,
        "a scan of component \(part.identifier), whose quantization table "
          + "\(component.quantizationTable) is missing")
    }
  }

  private var hasScan: Bool { segments.contains { $0.marker.code == 0xDA } }

  private func checkComponents(_ scanned: Set<Int>, at offset: Int) throws(JPEGFault) {
    guard let frame, hasScan else { return }
    for component in frame.components where !scanned.contains(component.identifier) {
      throw JPEGFault(offset, "the end, though component \(component.identifier) is in no scan")
    }
  }

  private mutating func take(
    _ segment: JPEGSegment, _ reader: inout JPEGSegmentReader, _ tables: inout Tables, _ mcu: Int?
  ) throws(JPEGFault) {
    switch segment.content {
    case .huffmanTables(let some):
      for table in some {
        if table.isAC {
          tables.ac[table.destination] = HuffmanDecoder(table)
        } else {
          tables.dc[table.destination] = HuffmanDecoder(table)
        }
      }
    case .quantizationTables(let some):
      tables.quantization.formUnion(some.map(\.destination))
    case .restartInterval(let mcus): tables.restartInterval = mcus
    case .frame(let header):
      guard frame == nil else { throw JPEGFault(segment.offset, "a second frame header") }
      frame = header
      unsupported = header.unsupported
    case .scan(let header):
      guard let frame else { throw JPEGFault(segment.offset, "a scan before the frame header") }
      guard unsupported == nil else { return reader.skipToMarker() }
      try take(header, at: segment.offset, of: frame, &reader, tables, mcu)
    case .none where segment.marker.code == 0xD8 && segments.count > 1:
      throw JPEGFault(segment.offset, "a second SOI")
    default: break
    }
  }

  private mutating func take(
    _ header: JPEGScanHeader, at offset: Int, of frame: JPEGFrame,
    _ reader: inout JPEGSegmentReader, _ tables: Tables, _ mcu: Int?
  ) throws(JPEGFault) {
    guard header.isSequential else {
      throw JPEGFault(offset, "a scan of a part of the coefficients in a sequential frame")
    }
    var decoder = try JPEGScanDecoder(
      header, at: offset, of: frame, dc: tables.dc, ac: tables.ac,
      restartInterval: tables.restartInterval, EntropyReader(reader.file, at: reader.offset))
    let fault = decoder.run(keeping: mcu)
    scans.append(decoder.scan)
    dataUnits += decoder.kept
    reader.offset = decoder.reader.offset
    if let fault { throw fault }
  }
}
