import CodecLM
import TestSupport
import Testing

@Suite struct JPEGInspectionFaultTests {
  /// SOI, a gray frame of as many blocks beside each other, SOS; Annex K's tables are understood.
  private func gray(blocks: Int, _ data: [UInt8]) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 8, 0, UInt8(8 * blocks), 1, 1, 0x11, 0]
      + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0] + data + [0xFF, 0xD9]
  }
  private let dataOffset = 25

  private func fault(_ file: [UInt8]) throws -> JPEGFault? { try JPEGInspection(file).fault }

  @Test func `faults are found where they are`() throws {
    // DC 0 is 00, EOB 1010, ZRL 11111111001; ones fill the byte.
    let whole = try JPEGInspection(gray(blocks: 1, [0b0010_1011]))
    #expect(whole.fault == nil)
    #expect(whole.scans[0].paddingBits == 2)
    #expect(try JPEGInspection(gray(blocks: 1, [0b0010_1001])).scans[0].paddingZeros == 1)
    // Four ZRL, of which the last leaves the block.
    let zeroRuns: [UInt8] = [
      0b0011_1111, 0b1100_1111, 0b1111_1001, 0b1111_1111, 0, 0b0011_1111, 0b1110_0111,
    ]
    let run = try #require(try fault(gray(blocks: 1, zeroRuns)))
    #expect(run.reason == "a run past coefficient 63")
    // It begins at bit 35, with a stuffed byte before it.
    #expect(run.offset == dataOffset + 5)
    // Nine ones are no DC code.
    let code = try #require(try fault(gray(blocks: 1, [0xFF, 0, 0xFF, 0])))
    #expect(code == (try fault(gray(blocks: 1, [0xFF, 0, 0xFF, 0, 0x12]))))
    #expect(code.offset == dataOffset)
    #expect(code.reason.contains("Huffman code"))
    // A second block that is not there.
    let early = try #require(try fault(gray(blocks: 2, [0b0010_1011])))
    #expect(early.offset == dataOffset + 1)
    #expect(early.reason.contains("EOI"))
    // A byte after the last block.
    #expect(try fault(gray(blocks: 1, [0b0010_1011, 7]))?.offset == dataOffset + 1)
    #expect(try fault(Array(gray(blocks: 1, [0b0010_1011]).dropLast(2)))?.offset == dataOffset + 1)
  }

  @Test func `a missing table, a foreign marker and a component without a scan are faults`() throws
  {
    let plain = try CodecFixtures.bytes("plain.jpg")
    let segments = try JPEGInspection(plain).segments
    func place(_ name: String) throws -> JPEGSegment {
      try #require(segments.first { $0.marker.name == name })
    }
    // Both quantization tables, then the second alone.
    let tables = segments.filter { $0.marker.name == "DQT" }
    let scan = try place("SOS")
    for (number, component) in [(0, 1), (1, 2)] {
      let table = tables[number]
      let without = Array(plain[..<table.offset] + plain[(table.offset + table.length)...])
      let inspection = try JPEGInspection(without)
      let found = try #require(inspection.fault)
      #expect(found.offset == scan.offset - table.length)
      #expect(found.reason.contains("component \(component), whose quantization table \(number)"))
      // The data are taken apart all the same.
      #expect(inspection.scans.first?.mcusRead == 1)
    }
    for (code, name) in [
      (0x02, "RES"), (0xBF, "RES"), (0xC8, "JPG"), (0xDE, "DHP"), (0xDF, "EXP"), (0xF0, "JPG0"),
      (0xF7, "JPG7"), (0xFD, "JPG13"),
    ] {
      let marker: [UInt8] = [0xFF, UInt8(code), 0, 3, 0x78]
      let found = try #require(try fault(plain[..<20] + marker + plain[20...]))
      #expect(found.offset == 20)
      #expect(found.reason.hasPrefix("\(name), "), "\(found)")
    }
    let separate = try CodecFixtures.bytes("separate-scans.jpg")
    #expect(try fault(separate) == nil)
    let second = try JPEGInspection(separate).segments.filter { $0.marker.name == "SOS" }[2]
    let part = try #require(try fault(Array(separate[..<second.offset]) + [0xFF, 0xD9]))
    #expect(part.offset == second.offset)
    #expect(part.reason.contains("component 3 is in no scan"))
    // Also where the scans cannot be taken apart.
    let progressive = try CodecFixtures.bytes("progressive.jpg")
    let first = try JPEGInspection(progressive).segments.filter { $0.marker.name == "SOS" }[1]
    var file = Array(progressive[..<first.offset]) + [0xFF, 0xD9]
    #expect(try fault(file) == nil)
    let header = try #require(try JPEGInspection(file).segments.first { $0.marker.name == "SOS" })
    file[header.offset + header.length - 3] = 1  // coefficients from 1 on
    #expect(try fault(file)?.reason.contains("component 1 is in no scan") == true)
  }

  @Test func `other processes are named and their markers listed`() throws {
    let progressive = try JPEGInspection(CodecFixtures.bytes("progressive.jpg"))
    #expect(progressive.unsupported == "progressive DCT, Huffman coding (SOF2)")
    #expect(progressive.segments.count { $0.marker.name == "SOS" } > 1)
    #expect(progressive.segments.last?.marker.name == "EOI")
    #expect(progressive.fault == nil)
    let deep = try JPEGInspection(CodecFixtures.bytes("claims-12-bit.jpg"))
    #expect(deep.unsupported?.hasPrefix("12-bit samples") == true)
    #expect(throws: CodecError.wrongFormat(expected: "JPEG")) {
      try JPEGInspection(CodecFixtures.bytes("text.jpg"))
    }
  }

  @Test func `separate scans are each taken apart`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 16, stream: .full))
    let flat = PixelImage(
      width: 16, height: 16, channels: 3, samples: [UInt8](repeating: 128, count: 768))
    let stream = try codec.canonicalBytes(of: flat)
    // 4:2:0, so that luma has four blocks of 00 1010 and chroma one of 00 00 each.
    let scan = try #require(try JPEGInspection(stream).segments.first { $0.marker.name == "SOS" })
    func part(_ component: UInt8, _ tables: UInt8, _ data: [UInt8]) -> [UInt8] {
      [0xFF, 0xDA, 0, 8, 1, component, tables, 0, 63, 0] + data
    }
    let file =
      stream[..<scan.offset] + part(1, 0, [0b0010_1000, 0b1010_0010, 0b1000_1010])
      + part(2, 0x11, [0b0000_1111]) + part(3, 0x11, [0b0000_1111]) + [0xFF, 0xD9]
    let inspection = try JPEGInspection(Array(file), mcu: 0)
    #expect(inspection.fault == nil)
    #expect(inspection.scans.map(\.mcuCount) == [4, 1, 1])
    #expect(inspection.scans.map(\.bytes) == [3, 1, 1])
    #expect(inspection.dataUnits.map(\.component) == [0, 1, 2])
  }

  @Test(arguments: ["plain.jpg", "progressive.jpg", "metadata.jpg"])
  func `every prefix of a file has a fault inside it`(_ name: String) throws {
    let file = try CodecFixtures.bytes(name)
    #expect(try fault(file) == nil)
    for length in 2..<file.count {
      let fault = try #require(try fault(Array(file[..<length])), "\(length)")
      #expect(fault.offset <= length)
    }
  }

  @Test(arguments: ["plain.jpg", "progressive.jpg", "orientation-6.jpg", "ycck.jpg"])
  func `random changes to a file trap nothing`(_ name: String) throws {
    let file = try CodecFixtures.bytes(name)
    var random = RandomStream(seed: 12)
    for _ in 0..<500 {
      let changed = Mutation.apply(1...4, to: file, in: 2..<file.count, &random)
      let inspection = try JPEGInspection(changed, mcu: 0)
      for scan in inspection.scans { #expect(scan.mcusRead <= scan.mcuCount) }
    }
  }
}
