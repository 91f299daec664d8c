import CodecLM
import Testing

@Suite struct JPEGInputTests {
  private func codec(_ size: Int = 16, gray: Bool = false) throws -> JPEGCodec {
    try JPEGCodec(
      JPEGProfile(size: size, subsampling: gray ? .grayscale : .yCbCr420, stream: .scan))
  }

  @Test(arguments: 1...8)
  func `a picture in each EXIF orientation comes out upright`(_ number: Int) throws {
    let file = try CodecFixtures.bytes("orientation-\(number).jpg")
    let header = try JPEGHeader(file)
    #expect(header.orientation.rawValue == number)
    #expect((header.width, header.height) == (24, 16))
    let upright = try PixelImage(jpegFile: CodecFixtures.bytes("orientation-1.jpg"))
    #expect(upright.pixel(20, 3) == [80])
    #expect(upright.pixel(3, 12) == [144])
    #expect(try PixelImage(jpegFile: file) == upright)
    let profile = JPEGProfile(
      width: 24, height: 16, quality: 75, subsampling: .grayscale, stream: .scan)
    #expect(try JPEGCodec(profile).image(of: file) == upright)
  }

  @Test func `EXIF in little-endian order is read and nonsense in it is passed over`() throws {
    let plain = try CodecFixtures.bytes("grayscale.jpg")
    func orientation(_ tiff: [UInt8]) throws -> Orientation {
      let body = Array("Exif\0\0".utf8) + tiff
      let segment = [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
      return try JPEGHeader(plain[..<2] + segment + plain[2...]).orientation
    }
    let head: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
    let entry: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]
    #expect(try orientation(head + [1, 0] + entry) == .leftBottom)
    #expect(
      try orientation(head + [2, 0] + [UInt8](repeating: 1, count: 12) + entry) == .leftBottom)
    #expect(try orientation(head + [1, 0] + entry.map { $0 == 8 ? 9 : $0 }) == .topLeft)
    #expect(try orientation(head + [9, 0]) == .topLeft)
    #expect(try orientation(Array(head[..<4]) + [0xFF, 0xFF, 0xFF, 0xFF]) == .topLeft)
    #expect(try orientation([]) == .topLeft)
  }

  @Test func `EXIF counts wherever it stands before the scan, and not behind it`() throws {
    let file = try CodecFixtures.bytes("orientation-6.jpg")
    let segments = try JPEGInspection(file).segments
    func place(_ name: String) throws -> JPEGSegment {
      try #require(segments.first { $0.marker.name == name })
    }
    let exif = try place("APP1")
    let parameters = file[exif.offset..<exif.offset + exif.length]
    /// The file with EXIF at another place.
    func moved(to offset: Int) -> [UInt8] {
      Array(
        file[..<exif.offset] + file[(exif.offset + exif.length)..<offset] + parameters
          + file[offset...])
    }
    let frame = try place("SOF0")
    // As Pillow 13.0 reads these: 6, 6, 6 and nothing.
    for offset in [frame.offset, frame.offset + frame.length, try place("SOS").offset] {
      let header = try JPEGHeader(moved(to: offset))
      #expect(header.orientation == .rightTop)
      #expect(try PixelImage(jpegFile: moved(to: offset)) == PixelImage(jpegFile: file))
    }
    #expect(try JPEGHeader(moved(to: place("EOI").offset)).orientation == .topLeft)
    // What follows the frame header is not needed for the rest.
    #expect(try JPEGHeader(Array(file[..<(frame.offset + frame.length)])).width == 24)
  }

  @Test func `metadata does not reach the stream`() throws {
    let codec = try codec()
    let plain = try codec.canonicalBytes(of: CodecFixtures.bytes("plain.jpg"))
    #expect(try codec.canonicalBytes(of: CodecFixtures.bytes("metadata.jpg")) == plain)
    // Nor when the coefficients are kept.
    let kept = try JPEGCodec(JPEGProfile(size: 16, quality: 75, stream: .full))
    let stream = try kept.canonicalBytes(of: CodecFixtures.bytes("metadata.jpg"))
    #expect(stream == (try kept.canonicalBytes(of: CodecFixtures.bytes("plain.jpg"))))
    #expect(stream == (try CodecFixtures.bytes("plain.jpg")))
  }

  @Test(arguments: ["progressive.jpg", "grayscale.jpg", "rgb-colour-space.jpg"])
  func `other processes and colour spaces decode as in Pillow`(_ name: String) throws {
    let picture = try #require(try CodecFixtures.pictures().decoded[name])
    #expect(try PixelImage(jpegFile: CodecFixtures.bytes(name)) == picture.image)
  }

  @Test(arguments: ["cmyk.jpg", "ycck.jpg"])
  func `inverted inks become the colours that Pillow shows`(_ name: String) throws {
    let picture = try #require(try CodecFixtures.pictures().decoded[name])
    let image = try PixelImage(jpegFile: CodecFixtures.bytes(name))
    #expect(CodecFixtures.distance(image, picture.image) <= 1)
    #expect(try codec(gray: true).image(of: CodecFixtures.bytes(name)) == image.grayscale)
  }

  @Test func `a gray file fills a colour profile and a colour file a gray one`() throws {
    let gray = try codec().image(of: CodecFixtures.bytes("grayscale.jpg"))
    #expect(gray.channels == 3)
    #expect(gray.grayscale.rgb == gray)
    let colour = try codec(gray: true).image(of: CodecFixtures.bytes("plain.jpg"))
    #expect(colour.channels == 1)
    let rgb = try codec().image(of: CodecFixtures.bytes("plain.jpg"))
    // The luma before and after clipped colours.
    #expect(CodecFixtures.distance(colour, rgb.grayscale) <= 60)
  }

  @Test func `a large file is decoded at a fraction of its size with little loss`() throws {
    let big = CodecFixtures.pattern(64, 48, channels: 3).resized(width: 512, height: 384)
    let file = try big.jpegFile()
    let reduced = try codec(32).image(of: file)
    let exact = try PixelImage(jpegFile: file)
      .centerCropped(width: 1, height: 1).resized(width: 32, height: 32)
    let error = zip(reduced.samples, exact.samples).map { abs(Int($0) - Int($1)) }.reduce(0, +)
    #expect(Double(error) / Double(exact.samples.count) < 1.5)
  }

  @Test func `a phone's photo of 200 megapixels is read without a word`() throws {
    // One code of one bit in each table: a block of a single gray takes two bits.
    let table: [UInt8] = [1] + [UInt8](repeating: 0, count: 16)
    let tables =
      [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
      + [0xFF, 0xC4, 0, 20, 0] + table + [0xFF, 0xC4, 0, 20, 0x10] + table
    let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 0x2F, 0xD0, 0x3F, 0xC0, 1, 1, 0x11, 0]
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
    let data = [UInt8](repeating: 0, count: 2_040 * 1_530 / 4)
    let file = [0xFF, 0xD8] + tables + frame + scan + data + [0xFF, 0xD9]
    let header = try JPEGHeader(file)
    #expect((header.width, header.height) == (16_320, 12_240))
    #expect(try codec(gray: true).image(of: file).samples.allSatisfy { $0 == 128 })
  }

  @Test func `bad files are refused, each for its own reason`() throws {
    let codec = try codec()
    func error(_ file: [UInt8]) -> CodecError? {
      #expect(throws: CodecError.self) { try codec.canonicalBytes(of: file) }
    }
    #expect(error([]) == .wrongFormat(expected: "JPEG"))
    #expect(error(try CodecFixtures.bytes("text.jpg")) == .wrongFormat(expected: "JPEG"))
    #expect(
      error(try CodecFixtures.bytes("claims-65000x65000.jpg"))
        == .tooLarge(width: 65_000, height: 65_000, maximumPixels: 268_435_456))
    #expect(
      error(try CodecFixtures.bytes("claims-12-bit.jpg"))
        == .unsupported("Unsupported JPEG data precision 12"))
    #expect(
      error(try CodecFixtures.bytes("truncated.jpg"))
        == .warned(message: "Premature end of JPEG file"))
    // Bytes of no segment, which libjpeg passes over; a file that it then refuses is corrupt all the same.
    let plain = try CodecFixtures.bytes("plain.jpg")
    let stray = plain[..<2] + [1, 2, 3] + plain[2...]
    #expect(
      error(Array(stray.prefix(20))) == .corrupt(.header(.segment, offset: 5)))
    let small = try JPEGCodec(JPEGProfile(size: 16, stream: .scan), maximumPixels: 255)
    #expect(throws: CodecError.tooLarge(width: 16, height: 16, maximumPixels: 255)) {
      try small.canonicalBytes(of: CodecFixtures.bytes("plain.jpg"))
    }
  }

  @Test func `separate scans are read but not without limit`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 8, subsampling: .yCbCr444, stream: .full))
    let flat = PixelImage(
      width: 8, height: 8, channels: 3, samples: [UInt8](repeating: 128, count: 192))
    let canonical = try codec.canonicalBytes(of: flat)
    let headers = [UInt8](canonical.dropLast(2 + 14 + 2))  // EOI, SOS, three blocks in 14 bits
    // A block of zeros is 00 (DC category 0) and EOB: 1010 for luma, 00 for chroma.
    func scan(_ component: UInt8, _ tables: UInt8, _ data: UInt8) -> [UInt8] {
      [0xFF, 0xDA, 0, 8, 1, component, tables, 0, 63, 0, data]
    }
    let chroma = scan(2, 0x11, 0b0000_1111) + scan(3, 0x11, 0b0000_1111)
    func file(scans: Int) -> [UInt8] {
      let luma: [UInt8] = (2..<scans).flatMap { _ in scan(1, 0x00, 0b0010_1011) }
      return headers + luma + chroma + [0xFF, 0xD9]
    }
    for scans in [3, 100] { #expect(try codec.canonicalBytes(of: file(scans: scans)) == canonical) }
    #expect(throws: CodecError.corrupt(.decoder("too many scans"))) {
      try codec.canonicalBytes(of: file(scans: 102))
    }
  }

  @Test(arguments: ["plain.jpg", "progressive.jpg", "orientation-6.jpg", "ycck.jpg"])
  func `random changes to a file crash nothing`(_ name: String) throws {
    let codec = try codec()
    let file = try CodecFixtures.bytes(name)
    var random = RandomStream(seed: 11)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt32(bound)) }
    for _ in 0..<1_000 {
      var changed = file
      for _ in 0...below(4) {
        switch below(3) {
        case 0: changed[below(changed.count)] = UInt8(below(256))
        case 1: changed.remove(at: below(changed.count))
        default: changed.insert(UInt8(below(256)), at: below(changed.count))
        }
      }
      if let canonical = try? codec.canonicalBytes(of: changed) {
        #expect(throws: Never.self) { try codec.decode(canonical) }
      }
    }
  }
}
