import CodecLM
import Testing

@Suite struct JPEGStreamCheckTests {
  private static let picture = CodecFixtures.pattern(33, 33, channels: 3)

  private static func offset(of error: CodecError?) -> Int? {
    if case .notCanonical(let offset, _) = error { offset } else { nil }
  }

  private func expectNotCanonical(
    _ bytes: [UInt8], _ codec: JPEGCodec, at offset: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: CodecError.self, sourceLocation: sourceLocation) {
      try codec.file(from: bytes)
    }
    #expect(Self.offset(of: error) == offset, sourceLocation: sourceLocation)
  }

  @Test func `a changed header byte is found where it is`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 33, stream: .abbreviated))
    let stream = try codec.canonicalBytes(of: Self.picture)
    for offset in [0, 20, 52] {
      var changed = stream
      changed[offset] ^= 1
      expectNotCanonical(changed, codec, at: offset)
    }
    expectNotCanonical(Array(stream[..<30]), codec, at: 30)
  }

  @Test func `a scan may be neither empty nor cut inside a marker`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 8, stream: .scan))
    expectNotCanonical([], codec, at: 0)
    expectNotCanonical([0x12, 0xFF], codec, at: 1)
    expectNotCanonical([0x12, 0xFF, 0xD9], codec, at: 1)
    expectNotCanonical([0xFF, 0xD0, 0x12], codec, at: 0)
    #expect(throws: Never.self) { try codec.file(from: [0xFF, 0x00]) }
  }

  @Test func `restart markers count from zero to seven and are complete`() throws {
    // 33 × 33 in 4:2:0 has nine MCUs, so eight markers.
    let codec = try JPEGCodec(JPEGProfile(size: 33, restartInterval: 1, stream: .scan))
    let data: [UInt8] = [0x12]
    func scan(_ markers: [UInt8]) -> [UInt8] { data + markers.flatMap { [0xFF, $0] + data } }
    #expect(throws: Never.self) { try codec.file(from: scan(Array(0xD0...0xD7))) }
    expectNotCanonical(scan(Array(0xD0...0xD6)), codec, at: 22)
    expectNotCanonical(scan(Array(0xD0...0xD7) + [0xD0]), codec, at: 25)
    expectNotCanonical(scan([0xD0, 0xD2]), codec, at: 4)
  }

  @Test func `EOI must end a stream that has headers`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 33, stream: .full))
    let stream = try codec.canonicalBytes(of: Self.picture)
    expectNotCanonical(stream.dropLast(2) + [0x11, 0x22], codec, at: stream.count - 2)
  }

  @Test func `data too short or too long for the picture does not decode`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 33, stream: .scan))
    let stream = try codec.canonicalBytes(of: Self.picture)
    #expect(throws: CodecError.self) { try codec.decode(Array(stream.dropLast(stream.count / 2))) }
    #expect(throws: CodecError.self) { try codec.decode(stream + stream) }
  }

  @Test func `what decoding overlooks after the last MCU does not survive a round trip`() throws {
    for restart in [0, 1] {
      let codec = try JPEGCodec(JPEGProfile(size: 33, restartInterval: restart, stream: .scan))
      let stream = try codec.canonicalBytes(of: Self.picture)
      for extra in 1...9 {
        let longer = stream + [UInt8](repeating: 0x55, count: extra)
        guard (try? codec.decode(longer)) != nil else { continue }
        #expect(extra < 8)
        #expect(try codec.canonicalBytes(of: codec.file(from: longer)) == stream)
      }
    }
  }

  @Test func `random data does not decode`() throws {
    let codec = try JPEGCodec(JPEGProfile(size: 64, stream: .scan))
    var random = RandomStream(seed: 5)
    for _ in 0..<50 {
      let bytes = (0..<500).map { _ in UInt8(truncatingIfNeeded: random.next()) & 0x7F }
      #expect(throws: CodecError.self) { try codec.decode(bytes) }
    }
  }
}
