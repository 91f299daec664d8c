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
public struct JPEGInspection: Sendable, Encodable {
  /// The file's length in bytes.
  public let bytes: Int
  /// The segments in their order, up to EOI.
  public private(set) var segments: [JPEGSegment] = []
  /// The picture, when a frame header was found.
  public private(set) var frame: JPEGFrame?
  /// What the scans hold; empty when the coding is ``unsupported``.
  public private(set) var scans: [JPEGScan] = []
  /// The data units of the MCU that was asked for, of each scan that has so many.
  public private(set) var dataUnits: [JPEGDataUnit] = []
  /// Bytes behind EOI.
  public private(set) var trailingBytes = 0
  /// Why the scans were not taken apart, though nothing is wrong with them: another coding process.
  public private(set) var unsupported: String?
  /// The first fault, if any.
  ///
  /// Segments after it are listed as far as they can be found.
  public private(set) var fault: JPEGFault?

  private struct Tables {
    var dc = [HuffmanDecoder?](repeating: nil, count: 4)
    var ac = [HuffmanDecoder?](repeating: nil, count: 4)
    var restartInterval = 0
  }

  /// Takes a file apart.
  ///
  /// - Parameters:
  ///   - file: the bytes of a file, with or without tables.
  ///   - mcu: the number of an MCU whose ``dataUnits`` are kept.
  /// - Throws: ``CodecError/wrongFormat(expected:)`` without SOI at the beginning; whatever else is
  ///   wrong becomes ``fault``.
  /// - Complexity: O(bytes).
  public init(_ file: [UInt8], mcu: Int? = nil) throws(CodecError) {
    guard file.starts(with: [0xFF, 0xD8]) else { throw .wrongFormat(expected: "JPEG") }
    bytes = file.count
    var reader = JPEGSegmentReader(file)
    var tables = Tables()
    var isEnded = false
    while !isEnded {
      do throws(JPEGFault) {
        guard let segment = try reader.next() else {
          throw JPEGFault(file.count, "the file ends without EOI")
        }
        segments.append(segment)
        isEnded = segment.marker.code == 0xD9
        try take(segment, &reader, &tables, mcu)
      } catch {
        if fault == nil { fault = error }
        isEnded = reader.offset >= file.count
        reader.skipToMarker()
      }
    }
    trailingBytes = segments.last?.marker.code == 0xD9 ? file.count - reader.offset : 0
    if fault == nil, frame == nil { fault = JPEGFault(reader.offset, "no frame header") }
    if fault == nil, unsupported == nil, scans.isEmpty {
      fault = JPEGFault(reader.offset, "no scan")
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
