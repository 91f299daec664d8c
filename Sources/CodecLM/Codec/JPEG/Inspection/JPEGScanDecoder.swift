/// Reads the entropy-coded data of one scan (ITU-T T.81 E.2.3, F.2.2).
struct JPEGScanDecoder {
  /// A component's data units in an MCU.
  private struct Part {
    let units: Int
    let dc: HuffmanDecoder
    let ac: HuffmanDecoder
    var prediction = 0
  }

  private(set) var scan: JPEGScan
  private(set) var reader: EntropyReader
  /// The data units of the MCU that was asked for.
  private(set) var kept: [JPEGDataUnit] = []
  private var parts: [Part] = []

  /// - Throws: `JPEGFault` when the header names components that the frame does not have, or more
  ///   data units an MCU than B.2.3 allows.
  init(
    _ header: JPEGScanHeader, at offset: Int, of frame: JPEGFrame, dc: [HuffmanDecoder?],
    ac: [HuffmanDecoder?], restartInterval: Int, _ reader: EntropyReader
  ) throws(JPEGFault) {
    var places: [Int] = []
    for part in header.components {
      let place = frame.components.firstIndex { $0.identifier == part.identifier }
      guard let place, !places.contains(place) else {
        throw JPEGFault(offset, "a scan of component \(part.identifier)")
      }
      places.append(place)
    }
    let components = places.map { frame.components[$0] }
    let isInterleaved = components.count > 1
    let standard = JPEGStandardTables.annexK.huffman
    var isStandard = false
    for (part, component) in zip(header.components, components) {
      func table(_ given: HuffmanDecoder?, _ destination: Int, isAC: Bool) -> HuffmanDecoder? {
        if let given { return given }
        isStandard = true
        return standard.first { $0.isAC == isAC && $0.destination == destination }
          .map(HuffmanDecoder.init)
      }
      guard let dc = table(dc[part.dcTable], part.dcTable, isAC: false),
        let ac = table(ac[part.acTable], part.acTable, isAC: true)
      else { throw JPEGFault(offset, "a scan with a Huffman table that is missing") }
      parts.append(
        Part(units: isInterleaved ? component.horizontal * component.vertical : 1, dc: dc, ac: ac))
    }
    guard parts.reduce(0, { $0 + $1.units }) <= 10 else {
      throw JPEGFault(offset, "a scan of more than ten data units an MCU")
    }
    let (columns, rows) = frame.mcus(of: components)
    scan = JPEGScan(
      offset: reader.offset, mcuColumns: columns, mcuCount: columns * rows,
      restartInterval: restartInterval, usesStandardTables: isStandard,
      components: places.map { JPEGScan.Component(component: $0) })
    self.reader = reader
  }

  /// Reads to the end of the scan or to the first fault, which is returned.
  mutating func run(keeping mcu: Int?) -> JPEGFault? {
    var fault: JPEGFault?
    do throws(JPEGFault) {
      var units = scan.components.map { JPEGDataUnit(component: $0.component) }
      while scan.mcusRead < scan.mcuCount {
        try readMCU(&units, isKept: scan.mcusRead == mcu)
        scan.mcusRead += 1
        let interval = scan.restartInterval
        if interval > 0, scan.mcusRead < scan.mcuCount, scan.mcusRead.isMultiple(of: interval) {
          try reader.restart((scan.mcusRead / interval - 1) % 8)
          for index in parts.indices { parts[index].prediction = 0 }
        }
      }
      reader.align()
    } catch {
      fault = error
    }
    scan.bytes = reader.offset - scan.offset
    (scan.paddingBits, scan.paddingZeros) = reader.padding
    scan.stuffedBytes = reader.stuffedBytes
    scan.restartMarkers = reader.restartMarkers
    scan.fillBytes = reader.fillBytes
    return fault
  }

  private mutating func readMCU(
    _ units: inout [JPEGDataUnit], isKept: Bool
  ) throws(JPEGFault) {
    for index in parts.indices {
      for _ in 0..<parts[index].units {
        try reader.read(
          &units[index], dc: parts[index].dc, ac: parts[index].ac,
          prediction: &parts[index].prediction)
        scan.components[index].add(units[index])
        if isKept { kept.append(units[index]) }
      }
    }
  }
}
