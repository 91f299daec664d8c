import CodecLM
import CodecLMEvaluation

/// An inspection for people.
struct InspectionText {
  private let inspection: JPEGInspection
  private let text = Lines()

  private final class Lines {
    var all: [String] = []
  }

  init(_ inspection: JPEGInspection) { self.inspection = inspection }

  func printAll(path: String, mcu: Int?) throws {
    add("\(PlainText.line(path)): \(Format.count(inspection.bytes)) bytes\n")
    add("    offset    length  marker")
    for segment in inspection.segments {
      let start = "\(right(segment.offset, 10))\(right(segment.length, 10))  "
      let facts = facts(segment)
      add(start + segment.marker.name + (facts.first.map { margin(segment) + $0 } ?? ""))
      for fact in facts.dropFirst() {
        add(String(repeating: " ", count: start.count + 6) + fact)
      }
    }
    if inspection.trailingBytes > 0 {
      add("\n\(Format.count(inspection.trailingBytes)) bytes after EOI")
    }
    if inspection.isAbbreviated {
      add("\nno tables: an abbreviated stream, which only decodes with those of its profile")
    }
    for scan in inspection.scans { addScan(scan) }
    if let mcu, !inspection.dataUnits.isEmpty {
      add("\nMCU \(mcu)")
      for unit in inspection.dataUnits { addUnit(unit) }
    }
    try printResult(text.all.joined(separator: "\n"))
  }

  private func add(_ line: String) { text.all.append(line) }

  /// The space between a marker's name and what it says.
  private func margin(_ segment: JPEGSegment) -> String {
    String(repeating: " ", count: max(1, 6 - segment.marker.name.count))
  }

  private func right(_ number: Int, _ width: Int) -> String {
    let text = Format.count(number)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func right(_ number: Double, _ digits: Int, _ width: Int) -> String {
    let text = Format.fixed(number, digits)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func facts(_ segment: JPEGSegment) -> [String] {
    switch segment.content {
    case .none, .other: []
    case .quantizationTables(let tables): tables.map(text)
    case .huffmanTables(let tables): tables.map(text)
    case .frame(let frame): text(frame)
    case .scan(let scan): [text(scan)]
    case .restartInterval(let mcus): ["restart interval \(mcus)"]
    case .numberOfLines(let lines): ["\(lines) lines"]
    case .application(let owner): [owner]
    case .comment(let text): [text.count > 60 ? text.prefix(60) + "…" : text]
    }
  }

  private func text(_ table: JPEGQuantizationTable) -> String {
    let quality = table.quality
    let kind = quality.isChrominance ? "chrominance" : "luminance"
    let relation = quality.isExact ? "libjpeg quality" : "near libjpeg quality"
    return "quantization table \(table.destination), \(table.precision)-bit, DC step "
      + "\(table.elements[0]): \(relation) \(quality.value), \(kind)"
  }

  private func text(_ table: JPEGHuffmanTable) -> String {
    "Huffman table \(table.isAC ? "AC" : "DC") \(table.destination), \(table.symbols.count) codes"
      + (table.isStandard ? ": Annex K" : "")
  }

  private func text(_ frame: JPEGFrame) -> [String] {
    let sampling = frame.sampling.map { ", \($0)" } ?? ""
    return [
      "\(frame.process), \(frame.width) × \(frame.height), \(frame.precision)-bit\(sampling)"
    ]
      + frame.components.map {
        "component \($0.identifier): \($0.horizontal) × \($0.vertical), "
          + "quantization table \($0.quantizationTable)"
      }
  }

  private func text(_ scan: JPEGScanHeader) -> String {
    let components = scan.components.map {
      "\($0.identifier) (DC \($0.dcTable), AC \($0.acTable))"
    }
    return "component\(components.count == 1 ? "" : "s") \(components.joined(separator: ", "))"
      + "; coefficients \(scan.spectralStart) … \(scan.spectralEnd)"
  }

  private func identifier(_ place: Int) -> Int {
    inspection.frame?.components[place].identifier ?? place
  }

  private func addScan(_ scan: JPEGScan) {
    let whole = scan.mcusRead == scan.mcuCount ? "" : ", \(Format.count(scan.mcusRead)) read"
    let restart = scan.restartInterval == 0 ? "" : ", restart interval \(scan.restartInterval)"
    add(
      """

      scan at \(Format.count(scan.offset)): \(Format.count(scan.bytes)) bytes, \
      \(Format.count(scan.mcuCount)) MCUs\(whole), \(Format.count(scan.mcuColumns)) in a row\
      \(restart)\(scan.usesStandardTables ? ", without Huffman tables: Annex K's taken" : "")

      component    blocks     DC from        to   AC a block  largest AC  DC alone
      """)
    for part in scan.components {
      let coefficients = part.nonZero.dropFirst().reduce(0, +)
      add(
        "\(right(identifier(part.component), 9))\(right(part.blocks, 10))"
          + "\(right(part.leastDC, 12))\(right(part.greatestDC, 10))"
          + "\(right(Double(coefficients) / Double(max(part.blocks, 1)), 2, 13))"
          + "\(right(part.largestAC, 12))\(right(part.blocksWithoutAC, 10))")
    }
    addBits(scan)
  }

  private func addBits(_ scan: JPEGScan) {
    let total = max(8 * scan.bytes, 1)
    func line(_ name: String, _ bits: [Int]) {
      let numbers = bits.map { right($0, 12) }.joined()
      let blank = String(repeating: " ", count: 12 * (scan.components.count - bits.count))
      let share = 100 * Double(bits.reduce(0, +)) / Double(total)
      add("\(name.padding(16))\(numbers)\(blank)\(right(share, 1, 8)) %")
    }
    let head = scan.components.map { component -> String in
      let text = "component \(identifier(component.component))"
      return String(repeating: " ", count: max(0, 12 - text.count)) + text
    }
    add("\nbits            \(head.joined())   share")
    line("DC", scan.components.map(\.dcBits))
    line("AC", scan.components.map(\.acBits))
    line("EOB", scan.components.map(\.endOfBlockBits))
    line("ZRL", scan.components.map(\.zeroRunBits))
    line("padding", [scan.paddingBits])
    line("stuffing", [8 * scan.stuffedBytes])
    line("restart markers", [16 * scan.restartMarkers + 8 * scan.fillBytes])
    if scan.paddingZeros > 0 {
      add("\(Format.count(scan.paddingZeros)) padding bits are zeros; T.81 asks for ones")
    }
  }

  private func addUnit(_ unit: JPEGDataUnit) {
    add("component \(identifier(unit.component)), DC \(unit.dc)")
    for code in unit.codes {
      let value = binary(
        code.value < 0 ? code.value + (1 << code.category) - 1 : code.value, code.category)
      let place = "\(code.bitOffset / 8).\(code.bitOffset % 8)".padding(12)
      let bits = (binary(code.code, code.codeLength) + " " + value).padding(30)
      add("  \(place)\(bits)\(text(code))")
    }
  }

  private func text(_ code: JPEGDataUnit.Code) -> String {
    switch code.kind {
    case .dc: "DC, category \(code.category): difference \(code.value)"
    case .ac:
      "AC, run \(code.run), category \(code.category): coefficient \(code.index) is \(code.value)"
    case .zeroRun: "ZRL"
    case .endOfBlock: "EOB"
    }
  }

  private func binary(_ number: Int, _ length: Int) -> String {
    let digits = String(number, radix: 2)
    return length == 0 ? "" : String(repeating: "0", count: max(0, length - digits.count)) + digits
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
