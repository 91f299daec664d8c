import CodecLM
import Testing

@Suite struct RandomStreamTests {
  // Known answers of the Random123 distribution (philox4x32, 10 rounds).
  @Test func `philox agrees with its published vectors`() {
    let zero = RandomStream.philox((0, 0, 0, 0), (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    let full = RandomStream.philox((ones, ones, ones, ones), (ones, ones))
    #expect(full == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = RandomStream.philox(
      (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `draws of different addresses differ`() {
    var first = RandomStream(seed: 1, stream: 2, step: 3)
    var other = RandomStream(seed: 1, stream: 2, step: 4)
    #expect(first.next() != other.next())
  }

  @Test func `normal draws have mean zero and deviation one`() {
    var stream = RandomStream(seed: 7)
    let draws = (0..<20_000).map { _ in stream.normal() }
    let mean = draws.reduce(0, +) / 20_000
    let variance = draws.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.04)
  }
}
