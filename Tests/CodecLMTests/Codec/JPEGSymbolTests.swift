import CodecLM
import Testing

@Suite struct JPEGSymbolTests {
  @Test func `a byte has one meaning and a meaning one byte`() {
    for byte in UInt8.min...UInt8.max { #expect(JPEGSymbol(byte).byte == byte) }
  }

  @Test func `values have bytes of their own`() {
    let values = -1_024...1_023
    let bytes = values.map { JPEGSymbol.bytes(of: $0) }
    #expect(Set(bytes).count == values.count)
    for (value, bytes) in zip(values, bytes) {
      #expect(bytes.allSatisfy { $0 >= 0xC0 }, "\(value)")
      if bytes.count == 1 {
        #expect(JPEGSymbol(bytes[0]) == .value(value))
      } else {
        #expect(JPEGSymbol(bytes[0]) == .escape)
        #expect(JPEGSymbol.value(high: bytes[1], low: bytes[2]) == value)
      }
    }
  }

  @Test(arguments: JPEGProfile.Subsampling.allCases, [0, 1, 3])
  func `symbols are those of the scan, which follows from them`(
    subsampling: JPEGProfile.Subsampling, restart: Int
  ) throws {
    for (size, quality) in [(8, 25), (33, 75), (40, 98), (40, 100)] {
      var profile = JPEGProfile(
        size: size, quality: quality, subsampling: subsampling, restartInterval: restart,
        stream: .scan)
      let scans = try JPEGCodec(profile)
      profile.stream = .symbols
      let symbols = try JPEGCodec(profile)
      for seed in 0..<4 {
        let picture = Self.noise(size: size, seed: UInt64(seed))
        let scan = try scans.canonicalBytes(of: picture)
        let stream = try symbols.canonicalBytes(of: picture)
        #expect(try symbols.file(from: stream) == scans.file(from: scan))
        try symbols.check(stream)
        #expect(try symbols.unitEnds(of: stream).last == 8 * stream.count)
        #expect(try symbols.baselineBits(of: stream) == scans.baselineBits(of: scan))
      }
    }
  }

  private static func noise(size: Int, seed: UInt64) -> PixelImage {
    var random = RandomStream(seed: seed)
    return PixelImage(
      width: size, height: size, channels: 3,
      samples: (0..<3 * size * size).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  @Test func `a file whose DC leaves the range of samples is coded again as it looks`() throws {
    // Two gray blocks; DC differences of 1,023 and 1,023, each of category 10, and no AC.
    var profile = JPEGProfile(
      width: 16, height: 8, quality: 100, subsampling: .grayscale, stream: .scan)
    let scans = try JPEGCodec(profile)
    // 11111110 is DC category 10 in table K.3, and 1010 EOB.
    let bits = String(repeating: "11111110" + String(repeating: "1", count: 10) + "1010", count: 2)
    let padded = Array(bits + String(repeating: "1", count: -bits.count & 7))
    let data = stride(from: 0, to: padded.count, by: 8).flatMap { start -> [UInt8] in
      let byte = UInt8(String(padded[start..<start + 8]), radix: 2) ?? 0
      return byte == 0xFF ? [0xFF, 0] : [byte]
    }
    let file = try scans.file(from: data)
    #expect(try JPEGInspection(file).scans.first?.components.first?.greatestDC == 2_046)
    // The plain scan is kept.
    #expect(try scans.canonicalBytes(of: file) == data)
    profile.stream = .symbols
    let symbols = try JPEGCodec(profile)
    let stream = try symbols.canonicalBytes(of: file)
    try symbols.check(stream)
    #expect(try symbols.decode(stream) == PixelImage(jpegFile: file))
    #expect(try symbols.canonicalBytes(of: symbols.file(from: stream)) == stream)
  }

  @Test func `damaged symbols are refused or are another picture's`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 32, stream: .symbols))
    let stream = try codec.canonicalBytes(
      of: Self.noise(size: 32, seed: 5))
    var random = RandomStream(seed: 1)
    var accepted = 0
    for _ in 0..<2_000 {
      var damaged = stream
      damaged[Int.random(in: 0..<stream.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      do {
        try codec.check(damaged)
        accepted += 1
      } catch {
        guard case .notCanonical = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
    // Values and many AC symbols can change places.
    #expect(accepted > 10 && accepted < 1_900, "\(accepted)")
    for count in [0, 1, stream.count / 2, stream.count - 1] {
      #expect(throws: CodecError.self) { try codec.file(from: Array(stream[..<count])) }
      try codec.check(codec.completed(Prompt(bytes: Array(stream[..<count]))))
    }
    #expect(throws: CodecError.self) { try codec.file(from: stream + [0]) }
  }

  @Test func `a stream cut anywhere is completed with no value larger than its own`() throws {
    // So fine a quality that many values take an escape.
    let codec = try JPEGCodec(JPEGProfile(size: 16, quality: 95, stream: .symbols))
    let stream = try codec.canonicalBytes(of: Self.noise(size: 16, seed: 5))
    #expect(stream.contains(JPEGSymbol.escape.byte))
    let largest = magnitudes(stream).max() ?? 0
    for count in 0..<stream.count {
      let prefix = Array(stream[..<count])
      let whole = codec.completed(Prompt(bytes: prefix))
      try codec.check(whole)
      // A first digit that is given leaves no choice but the values that it begins.
      let isInsideDigits = count > 1 && stream[count - 2] == JPEGSymbol.escape.byte
      if !isInsideDigits { #expect((magnitudes(whole).max() ?? 0) <= max(largest, 32), "\(count)") }
    }
  }

  /// The sizes of the values in a stream.
  private func magnitudes(_ stream: [UInt8]) -> [Int] {
    var (values, index) = ([Int](), 0)
    while index < stream.count {
      switch JPEGSymbol(stream[index]) {
      case .index: index += 1
      case .value(let value):
        values.append(abs(value))
        index += 1
      case .escape:
        values.append(abs(JPEGSymbol.value(high: stream[index + 1], low: stream[index + 2])))
        index += 3
      }
    }
    return values
  }
}
