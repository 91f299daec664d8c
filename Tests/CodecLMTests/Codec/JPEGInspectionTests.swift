import CodecLM
import Testing

@Suite struct JPEGInspectionTests {
  /// Gray, flat squares of 8 × 8 pixels.
  private func squares(_ values: [UInt8]) -> PixelImage {
    let row = values.flatMap { [UInt8](repeating: $0, count: 8) }
    return PixelImage(
      width: 8 * values.count, height: 8, channels: 1, samples: (0..<8).flatMap { _ in row })
  }

  private func file(_ profile: JPEGProfile, _ picture: PixelImage) throws -> [UInt8] {
    let codec = try JPEGCodec(profile)
    return try codec.file(from: codec.canonicalBytes(of: picture))
  }

  private func bits(_ scan: JPEGScan) -> Int {
    scan.components.reduce(0) { $0 + $1.bits } + scan.paddingBits
      + 8 * (scan.stuffedBytes + scan.fillBytes) + 16 * scan.restartMarkers
  }

  @Test func `segments are listed with what they say`() throws {
    let inspection = try JPEGInspection(
      file(
        JPEGProfile(width: 33, height: 17, quality: 60, restartInterval: 2, stream: .scan),
        CodecFixtures.pattern(33, 17, channels: 3)))
    #expect(inspection.fault == nil)
    #expect(inspection.unsupported == nil)
    let names = ["SOI", "APP0", "DQT", "DQT", "SOF0", "DHT", "DHT", "DHT", "DHT", "DRI", "SOS"]
    #expect(inspection.segments.map(\.marker.name) == names + ["EOI"])
    #expect(
      inspection.segments.prefix(11).map(\.length)
        == [2, 18, 69, 69, 19, 33, 183, 33, 183, 6, 14])
    let ends = inspection.segments.map { $0.offset + $0.length }
    #expect(inspection.segments.dropFirst().prefix(10).map(\.offset) == Array(ends.prefix(10)))
    #expect(inspection.segments[1].content == .application("JFIF 1.01, 1 × 1 pixel aspect"))
    #expect(inspection.segments[9].content == .restartInterval(2))
    let frame = try #require(inspection.frame)
    #expect((frame.width, frame.height, frame.precision) == (33, 17, 8))
    #expect(frame.sampling == "4:2:0")
    #expect(frame.process == "baseline DCT, Huffman coding")
    guard case .quantizationTables(let tables) = inspection.segments[3].content,
      case .huffmanTables(let codes) = inspection.segments[5].content
    else {
      Issue.record("no tables")
      return
    }
    let quality = try #require(tables.first).quality
    #expect(quality.value == 60)
    #expect(quality.isExact && quality.isChrominance)
    #expect(codes.map(\.isStandard) == [true])
  }

  @Test func `each quality is told by its tables`() throws {
    for quality in stride(from: 1, through: 100, by: 3) {
      let inspection = try JPEGInspection(
        file(
          JPEGProfile(size: 8, quality: quality, stream: .scan),
          CodecFixtures.pattern(8, 8, channels: 3)))
      for segment in inspection.segments {
        guard case .quantizationTables(let tables) = segment.content else { continue }
        #expect(tables.map(\.quality.isExact) == [true])
        // At 100 all elements are 1 in both tables; below 3 most are 255.
        if (4...97).contains(quality) { #expect(tables.map(\.quality.value) == [quality]) }
      }
    }
  }

  @Test func `a unit is taken apart to the bit`() throws {
    let profile = JPEGProfile(
      width: 32, height: 8, quality: 50, subsampling: .grayscale, stream: .scan)
    let bytes = try file(profile, squares([128, 138, 138, 128]))
    let data = try #require(try JPEGInspection(bytes).scans.first).offset
    let unit = try #require(try JPEGInspection(bytes, mcu: 1).dataUnits.first)
    #expect(unit.dc == 5)
    #expect(unit.coefficients == [5] + [Int](repeating: 0, count: 63))
    #expect(unit.codes.map(\.kind) == [.dc, .endOfBlock])
    #expect(unit.codes.map(\.bitOffset) == [6, 12].map { 8 * data + $0 })
    #expect(unit.codes.map(\.code) == [0b100, 0b1010])
    #expect(unit.codes.map(\.codeLength) == [3, 4])
    #expect(unit.codes.map(\.category) == [3, 0])
    #expect(unit.codes[0].value == 5)
    let last = try #require(try JPEGInspection(bytes, mcu: 3).dataUnits.first)
    #expect(last.codes[0].value == -5)
    #expect(try JPEGInspection(bytes, mcu: 4).dataUnits.isEmpty)
  }

  @Test(arguments: [50, 90])
  func `DC coefficients are those that libjpeg decodes`(quality: Int) throws {
    let profile = JPEGProfile(
      width: 48, height: 8, quality: quality, subsampling: .grayscale, stream: .scan)
    let bytes = try file(profile, squares([0, 255, 17, 130, 99, 200]))
    let picture = try PixelImage(jpegFile: bytes)
    for mcu in 0..<6 {
      let inspection = try JPEGInspection(bytes, mcu: mcu)
      let dc = try #require(inspection.dataUnits.first).dc
      guard case .quantizationTables(let tables) = inspection.segments[2].content else {
        Issue.record("no table")
        return
      }
      // A flat block is an eighth of its DC coefficient (T.81 A.3.3).
      let gray = (Double(dc * tables[0].elements[0]) / 8).rounded() + 128
      #expect(picture.pixel(8 * mcu, 3) == [UInt8(min(max(gray, 0), 255))])
    }
  }

  @Test(arguments: JPEGProfile.Subsampling.allCases, [0, 1, 3])
  func `all bits of a scan are accounted for and the readers agree`(
    subsampling: JPEGProfile.Subsampling, restart: Int
  ) throws {
    for (stream, quality) in [(JPEGProfile.Stream.scan, 95), (.full, 25)] {
      let codec = try JPEGCodec(
        JPEGProfile(
          width: 41, height: 33, quality: quality, subsampling: subsampling,
          restartInterval: restart, stream: stream))
      let canonical = try codec.canonicalBytes(of: CodecFixtures.pattern(41, 33, channels: 3))
      try codec.check(canonical)
      let bytes = try codec.file(from: canonical)
      let ends = try codec.unitEnds(of: canonical)
      let inspection = try JPEGInspection(bytes)
      let scan = try #require(inspection.scans.first)
      #expect(inspection.scans.count == 1)
      #expect(bits(scan) == 8 * scan.bytes)
      #expect(scan.mcusRead == codec.unitCount)
      #expect(scan.mcuColumns == codec.unitsPerRow)
      let moved = 8 * (bytes.count - canonical.count - (stream == .scan ? 2 : 0))
      for mcu in stride(from: 0, to: ends.count, by: 3) {
        let units = try JPEGInspection(bytes, mcu: mcu).dataUnits
        #expect(units.last?.codes.last?.bitEnd == ends[mcu] + moved)
      }
    }
  }

  @Test func `an abbreviated stream is read with the tables of Annex K`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 24, stream: .abbreviated))
    let stream = try codec.canonicalBytes(of: CodecFixtures.pattern(24, 24, channels: 3))
    let inspection = try JPEGInspection(stream)
    #expect(inspection.fault == nil)
    #expect(inspection.scans.map(\.usesStandardTables) == [true])
    #expect(inspection.scans.map(\.mcusRead) == [4])
    #expect(inspection.isAbbreviated)
    #expect(try !JPEGInspection(codec.file(from: stream)).isAbbreviated)
  }
}
