import CodecLM
import Testing

@Suite struct PixelImageTests {
  @Test func `resizing equals Pillow's Lanczos filter`() throws {
    let cases = try CodecFixtures.pictures().lanczos
    #expect(cases.count == 6)
    for expected in cases {
      let image = CodecFixtures.pattern(40, 30, channels: expected.channels)
        .resized(width: expected.width, height: expected.height)
      #expect(image == expected.image)
    }
  }

  /// Columns and rows have kernels of their own.
  @Test(arguments: [(1, 5), (2, 61), (7, 3), (33, 64), (61, 17), (130, 40), (500, 256)], [1, 3])
  func `a turned picture resizes to the turned result`(sides: (Int, Int), channels: Int) {
    let (old, new) = sides
    let image = CodecFixtures.pattern(old, 11, channels: channels)
    let turned = image.upright(from: .leftTop)
    #expect((turned.width, turned.height) == (11, old))
    let resized = image.resized(width: new, height: 11)
    #expect(turned.resized(width: 11, height: new) == resized.upright(from: .leftTop))
    #expect((resized.width, resized.height) == (new, 11))
  }

  @Test(arguments: [(3, 5, 7, 2), (1, 1, 4, 3), (100, 90, 1, 1), (5, 200, 5, 3)])
  func `a flat picture stays flat in any size`(_ sides: (Int, Int, Int, Int)) {
    let image = PixelImage(
      width: sides.0, height: sides.1, channels: 3,
      samples: (0..<sides.0 * sides.1).flatMap { _ in [UInt8](arrayLiteral: 0, 77, 255) })
    let resized = image.resized(width: sides.2, height: sides.3)
    #expect((resized.width, resized.height) == (sides.2, sides.3))
    for x in 0..<sides.2 { #expect(resized.pixel(x, sides.3 - 1) == [0, 77, 255]) }
  }

  @Test func `orientations move each pixel where EXIF says`() {
    // a b c
    // d e f
    let image = PixelImage(width: 3, height: 2, channels: 1, samples: Array("abcdef".utf8))
    let expected: [Orientation: String] = [
      .topLeft: "abcdef", .topRight: "cbafed", .bottomRight: "fedcba", .bottomLeft: "defabc",
      .leftTop: "adbecf", .rightTop: "daebfc", .rightBottom: "fcebda", .leftBottom: "cfbead",
    ]
    for orientation in Orientation.allCases {
      let upright = image.upright(from: orientation)
      #expect(String(decoding: upright.samples, as: UTF8.self) == expected[orientation])
      #expect(upright.width == (orientation.swapsSides ? 2 : 3))
    }
  }

  @Test func `a crop is centred and has the wanted proportions`() {
    let image = CodecFixtures.pattern(10, 7, channels: 3)
    let square = image.centerCropped(width: 64, height: 64)
    #expect((square.width, square.height) == (7, 7))
    #expect(square.pixel(0, 0) == image.pixel(1, 0))
    let wide = image.centerCropped(width: 4, height: 2)
    #expect((wide.width, wide.height) == (10, 5))
    #expect(wide.pixel(9, 0) == image.pixel(9, 1))
    let thin = image.centerCropped(width: 1, height: 4096)
    #expect((thin.width, thin.height) == (1, 7))
  }

  @Test func `gray is the luma of JFIF`() {
    let image = PixelImage(
      width: 5, height: 1, channels: 3,
      samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 9, 9, 9])
    #expect(image.grayscale.samples == [76, 150, 29, 255, 9])
    #expect(image.grayscale.rgb.grayscale == image.grayscale)
  }

  @Test func `a contact sheet shows every picture and crosses out what is missing`() throws {
    let picture = CodecFixtures.pattern(8, 8, channels: 3)
    let gray = CodecFixtures.pattern(8, 4, channels: 1)
    let sheet = ContactSheet(margin: 2, minimumCell: 20).image(of: [picture, gray, nil])
    // Two columns and rows of cells of 8 × 3 pixels.
    #expect((sheet.width, sheet.height, sheet.channels) == (54, 54, 3))
    #expect(sheet.pixel(0, 0) == [255, 255, 255])
    #expect(sheet.pixel(2 + 3 * 7 + 2, 2 + 3 * 7) == picture.pixel(7, 7))
    #expect(sheet.pixel(28 + 4, 2 + 11) == gray.rgb.pixel(1, 3))
    #expect(sheet.pixel(28 + 4, 2 + 12) == [255, 255, 255])
    #expect(sheet.pixel(2, 28) == [128, 128, 128])
    #expect(sheet.pixel(2 + 12, 28 + 1) == [224, 224, 224])
    #expect(sheet.pixel(40, 40) == [255, 255, 255])
    let decoded = try PixelImage(jpegFile: sheet.jpegFile())
    #expect(CodecFixtures.distance(decoded, sheet) < 128)
    let empty = ContactSheet().image(of: [nil])
    #expect((empty.width, empty.height) == (72, 72))
  }

  @Test(arguments: [
    (columns: nil, count: 5, side: 100, sheets: 1, first: 5),
    (columns: nil, count: 50_000, side: 256, sheets: 53, first: 31 * 31),
    (columns: 3, count: 3 * 1_500, side: 64, sheets: 2, first: 3 * 963),
    // A row of 1,002 goes on in the next: 251 beside each other, four rows each.
    (columns: 1_002, count: 2_004, side: 256, sheets: 3, first: 3 * 251),
    (columns: nil, count: 2, side: 70_000, sheets: 2, first: 1),
  ])
  func `no sheet is larger than a JPEG may be`(
    columns: Int?, count: Int, side: Int, sheets: Int, first: Int
  ) {
    let layout = ContactSheet(columns: columns).layout(of: count, width: side, height: side)
    #expect(layout.sheets == sheets)
    #expect(layout.picturesPerSheet == first)
  }

  @Test func `pictures on several sheets are each shown once`() {
    let sheet = ContactSheet(columns: 70_000, margin: 0, minimumCell: 1)
    let layout = sheet.layout(of: 140_000, width: 1, height: 1)
    var seen = [Int](repeating: 0, count: 140_000)
    let image = layout.image(sheet: 0) { index in
      seen[index] += 1
      return PixelImage(width: 1, height: 1, channels: 1, samples: [UInt8(index % 251)])
    }
    // 65,500 of a row, the rest of it, and the same again.
    #expect(layout.sheets == 1 && (image.width, image.height) == (65_500, 4))
    #expect(seen.allSatisfy { $0 == 1 })
    #expect(image.pixel(0, 1) == [240, 240, 240] && 65_500 % 251 == 240)
    #expect(image.pixel(4_500, 1) == [255, 255, 255])
    #expect(image.pixel(0, 2) == [222, 222, 222] && 70_000 % 251 == 222)
  }
}
