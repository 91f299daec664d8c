import CodecLM
import Testing

/// What libjpeg warns of: harmless, or a sign of lost data.
@Suite struct JPEGWarningTests {
  /// A noisy picture as a whole file.
  private func noise(_ side: Int, restart: Int = 0) throws -> [UInt8] {
    try JPEGCodec(JPEGProfile(size: side, quality: 75, restartInterval: restart, stream: .full))
      .canonicalBytes(of: CodecFixtures.pattern(side, side, channels: 3))
  }

  private func segments(_ name: String, in file: [UInt8]) throws -> [JPEGSegment] {
    try JPEGInspection(file).segments.filter { $0.marker.name == name }
  }

  /// Reads each of the last prefixes of a file and counts those that pass, which must show all of it.
  private func passing(_ file: [UInt8], lengths: Range<Int>) throws -> Int {
    let codec = try JPEGCodec(JPEGProfile(size: 16, quality: 75, stream: .full))
    let (whole, canonical) = (try PixelImage(jpegFile: file), try codec.canonicalBytes(of: file))
    return lengths.count { length in
      let cut = Array(file[..<length])
      guard let image = try? PixelImage(jpegFile: cut) else {
        #expect(throws: CodecError.self) { try codec.canonicalBytes(of: cut) }
        return false
      }
      #expect(image == whole, "\(length) of \(file.count) bytes")
      #expect((try? codec.canonicalBytes(of: cut)) == canonical, "\(length) of \(file.count) bytes")
      return true
    }
  }

  @Test(
    arguments: [
      "plain.jpg", "progressive.jpg", "metadata.jpg", "grayscale.jpg", "ycck.jpg",
      "separate-scans.jpg", "rgb-colour-space.jpg",
    ])
  func `a prefix of a file is read if it holds every bit of the picture`(_ name: String) throws {
    let file = try CodecFixtures.bytes(name)
    let count = try passing(file, lengths: 0..<file.count)
    // Without EOI, without its second byte, and at times without padding or a last block of EOB alone.
    #expect((2...4).contains(count), "\(count)")
  }

  @Test(arguments: [0, 1, 5])
  func `a large file may lack EOI and nothing else`(restart: Int) throws {
    let file = try noise(160, restart: restart)
    #expect(try (2...3).contains(passing(file, lengths: file.count - 300..<file.count)))
    #expect(try passing(file, lengths: file.count / 2 - 100..<file.count / 2) == 0)
  }

  @Test func `a file in arithmetic coding needs its EOI, as nothing tells that bits are missing`()
    throws
  {
    let file = try CodecFixtures.bytes("arithmetic.jpg")
    // A libjpeg may be built without this process.
    guard (try? PixelImage(jpegFile: file)) != nil else { return }
    #expect(try passing(file, lengths: 0..<file.count) == 0)
  }

  @Test func `a progressive file that lacks scans is not whole without EOI`() throws {
    let file = try CodecFixtures.bytes("progressive.jpg")
    let scans = try segments("SOS", in: file)
    #expect(scans.count > 3)
    for scan in scans.dropFirst() {
      #expect(throws: CodecError.self) { try PixelImage(jpegFile: Array(file[..<scan.offset])) }
    }
    // With EOI it is what its writer meant, as long as each component has its averages.
    let end: [UInt8] = [0xFF, 0xD9]
    #expect(throws: Never.self) {
      try PixelImage(jpegFile: Array(file[..<scans[scans.count - 1].offset]) + end)
    }
  }

  @Test func `a component that is in no scan counts as lost`() throws {
    let file = try CodecFixtures.bytes("separate-scans.jpg")
    let scans = try segments("SOS", in: file)
    for (count, missing) in [(1, 2), (2, 3)] {
      let part = Array(file[..<scans[count].offset]) + [0xFF, 0xD9]
      let lost = CodecError.warned(message: "component \(missing) is in no scan")
      #expect(throws: lost) { try PixelImage(jpegFile: part) }
      // Of the profile's size and tables, whose coefficients would be kept.
      let codec = try JPEGCodec(JPEGProfile(size: 16, quality: 75, stream: .scan))
      #expect(throws: lost) { try codec.canonicalBytes(of: part) }
      #expect(try PixelImage.decodingAnyway(jpegFile: part).warning == lost.message)
    }
  }

  @Test func `numbers that decoders pass over cost nothing`() throws {
    let plain = try CodecFixtures.bytes("plain.jpg")
    let codec = try JPEGCodec(JPEGProfile(size: 16, quality: 75, stream: .full))
    let whole = try PixelImage(jpegFile: plain)
    func check(_ changed: [UInt8]) throws {
      #expect(changed != plain)
      #expect(try PixelImage(jpegFile: changed) == whole)
      #expect(try PixelImage.decodingAnyway(jpegFile: changed).warning == nil)
      // The coefficients are kept, and nothing is coded a second time.
      #expect(try codec.canonicalBytes(of: changed) == plain)
    }
    var jfif = plain
    jfif[11] = 7  // major version
    try check(jfif)
    let scan = try #require(try segments("SOS", in: plain).first)
    var spectral = plain
    spectral[scan.offset + scan.length - 2] = 0  // of coefficients 0 … 63
    try check(spectral)
    // Adobe's transform 9 is taken for YCbCr.
    let adobe = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 9]
    try check(plain[..<2] + adobe + plain[2...])
    try check(Array(plain.dropLast(2)))
  }

  @Test func `a few bytes between segments cost nothing, many or within scans may`() throws {
    let plain = try CodecFixtures.bytes("plain.jpg")
    let separate = try CodecFixtures.bytes("separate-scans.jpg")
    func stray(_ count: Int, at offset: Int, in file: [UInt8]) -> [UInt8] {
      file[..<offset] + [UInt8](repeating: 0x55, count: count) + file[offset...]
    }
    for segment in try JPEGInspection(plain).segments.dropFirst().dropLast() {
      let image = try PixelImage(jpegFile: stray(15, at: segment.offset, in: plain))
      #expect(image == (try PixelImage(jpegFile: plain)))
      #expect(throws: CodecError.self) {
        try PixelImage(jpegFile: stray(16, at: segment.offset, in: plain))
      }
    }
    // Behind a scan they may be what is left over because a code before them is damaged.
    for (file, name) in [(plain, "EOI"), (separate, "SOS")] {
      let last = try #require(try segments(name, in: file).last)
      #expect(throws: CodecError.self) {
        try PixelImage(jpegFile: stray(12, at: last.offset, in: file))
      }
    }
    let restarts = try noise(32, restart: 1)
    let marker = try #require(
      restarts.indices.first { restarts[$0] == 0xFF && restarts[$0 + 1] == 0xD0 })
    #expect(throws: CodecError.self) {
      try PixelImage(jpegFile: stray(12, at: marker, in: restarts))
    }
  }
}

extension CodecError {
  fileprivate var message: String? {
    if case .warned(let message) = self { message } else { nil }
  }
}
