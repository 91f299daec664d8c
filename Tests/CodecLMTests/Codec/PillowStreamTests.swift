import CodecLM
import Testing

@Suite struct PillowStreamTests {
  @Test func `streams equal those of Pillow byte for byte`() throws {
    let text = String(decoding: try CodecFixtures.bytes("pillow-streams.tsv"), as: UTF8.self)
    let lines = text.split(separator: "\n").dropFirst()
    #expect(lines.count == 432)
    for line in lines {
      let fields = line.split(separator: "\t").map(String.init)
      let numbers = fields.map { Int($0) ?? 0 }
      let profile = JPEGProfile(
        width: numbers[0], height: numbers[1], quality: numbers[2],
        subsampling: try #require(.init(rawValue: fields[3])), restartInterval: numbers[4],
        stream: try #require(.init(rawValue: fields[5])))
      let picture = CodecFixtures.pattern(
        profile.width, profile.height, channels: profile.isGrayscale ? 1 : 3)
      let stream = try JPEGCodec(profile).canonicalBytes(of: picture)
      #expect(stream.count == numbers[6], "\(line)")
      #expect(CodecFixtures.fnv1a(stream) == UInt64(fields[7], radix: 16), "\(line)")
    }
  }
}
