import CodecLM
import Foundation
import Testing

@Suite struct AVCProfileTests {
  @Test(arguments: [
    (#""width":15"#, "width 15 is outside 16 ... 2048"),
    (#""height":2050"#, "height 2050 is outside 16 ... 2048"),
    (#""framesPerSecond":0"#, "frames per second 0 is outside 1 ... 120"),
    (#""frames":0"#, "frames 0 is outside 1 ... 1024"),
    (#""qp":0"#, "QP 0 is outside 1 ... 51"),
    (#""qp":52"#, "QP 52 is outside 1 ... 51"),
    (#""width":33"#, "33 × 48: both sides must be even"),
    (
      #""width":2048,"height":2048,"frames":171"#,
      "171 frames of 2048 × 2048: more than 2147483647 bytes in RGB"
    ),
  ])
  func `a stored profile that leaves a range is refused`(field: String, reason: String) throws {
    let names = field.split(separator: ",").map { $0.prefix { $0 != ":" } }
    let fields =
      [
        #""width":64"#, #""height":48"#, #""framesPerSecond":3"#, #""frames":8"#, #""qp":37"#,
        #""stream":"slices""#,
      ].filter { !names.contains($0.prefix { $0 != ":" }) } + [field]
    #expect(throws: CodecError.invalidProfile(reason)) {
      try JSONDecoder().decode(
        AVCProfile.self, from: Data("{\(fields.joined(separator: ","))}".utf8))
    }
  }

  @Test func `the profile without arguments is the paper's`() {
    let profile = AVCProfile()
    #expect((profile.width, profile.height) == (256, 144))
    #expect((profile.framesPerSecond, profile.frames, profile.qp) == (3, 15, 37))
    #expect(profile.macroblocksPerFrame == 16 * 9)
    #expect(throws: Never.self) {
      try AVCProfile(width: 2048, height: 2048, frames: 170).validate()
    }
    #expect(AVCProfile(width: 50, height: 34).macroblocksPerFrame == 4 * 3)
  }

  #if !AVC
    @Test func `a build without the trait says how to get one with it`() {
      #expect(
        throws: CodecError.unsupported("H.264 in this build; build the package with its trait AVC")
      ) { try CodecProfile.avc(AVCProfile()).makeCodec() }
    }
  #endif
}

@Suite struct StripTests {
  @Test func `pictures beside each other keep their pixels`() {
    let (a, b) = (
      PixelImage(width: 2, height: 2, channels: 1, samples: [1, 2, 3, 4]),
      PixelImage(width: 1, height: 2, channels: 1, samples: [5, 6])
    )
    #expect(PixelImage(sideBySide: [a, b]).samples == [1, 2, 5, 3, 4, 6])
    let red = PixelImage(width: 1, height: 2, channels: 3, samples: [9, 0, 0, 8, 0, 0])
    let strip = PixelImage(sideBySide: [b, red])
    #expect((strip.width, strip.height, strip.channels) == (2, 2, 3))
    #expect(strip.samples == [5, 5, 5, 9, 0, 0, 6, 6, 6, 8, 0, 0])
  }
}
