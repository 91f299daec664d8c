import CodecLM
import Foundation
import Testing

@Suite struct JPEGProfileTests {
  @Test func `a profile survives JSON`() throws {
    let profile = JPEGProfile(
      width: 40, height: 24, quality: 30, subsampling: .yCbCr422, restartInterval: 3,
      stream: .abbreviated)
    let json = try JSONEncoder().encode(profile)
    #expect(try JSONDecoder().decode(JPEGProfile.self, from: json) == profile)
    #expect(String(decoding: json, as: UTF8.self).contains("4:2:2"))
  }

  @Test(arguments: [
    #"{"width":0,"#, #"{"width":4097,"#, #"{"width":-9223372036854775808,"#,
    #"{"width":9223372036854775807,"#,
  ])
  func `an absurd value in JSON throws`(_ start: String) throws {
    let rest =
      #""height":8,"quality":25,"subsampling":"4:2:0","restartInterval":0,"stream":"scan"}"#
    let error = #expect(throws: CodecError.self) {
      try JSONDecoder().decode(JPEGProfile.self, from: Data((start + rest).utf8))
    }
    guard case .invalidProfile = error else { throw error ?? CodecError.outOfMemory }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(JPEGProfile.self, from: Data(#"{"width":1e300}"#.utf8))
    }
  }

  @Test func `values outside their ranges make no codec`() {
    for profile in [
      JPEGProfile(size: 0, stream: .scan), JPEGProfile(size: 4097, stream: .scan),
      JPEGProfile(size: 8, quality: 0, stream: .scan),
      JPEGProfile(size: 8, quality: 101, stream: .scan),
      JPEGProfile(size: 8, restartInterval: -1, stream: .scan),
      JPEGProfile(size: 8, restartInterval: 65_536, stream: .scan),
    ] {
      let error = #expect(throws: CodecError.self) { try JPEGCodec(profile) }
      if case .invalidProfile = error { continue }
      Issue.record("\(profile): \(String(describing: error))")
    }
    #expect(throws: Never.self) {
      try JPEGCodec(JPEGProfile(width: 4096, height: 1, stream: .scan))
    }
    let panorama = JPEGProfile(width: 65_500, height: 1, stream: .scan)
    #expect(throws: CodecError.self) { try JPEGCodec(panorama) }
    #expect(throws: Never.self) { try JPEGCodec(panorama, sides: JPEGProfile.fileSides) }
    var endless = panorama
    endless.width += 1
    #expect(throws: CodecError.self) { try JPEGCodec(endless, sides: JPEGProfile.fileSides) }
  }

  @Test func `MCUs are counted as in A 2 3`() {
    var profile = JPEGProfile(width: 33, height: 17, restartInterval: 2, stream: .scan)
    #expect((profile.mcuWidth, profile.mcuHeight) == (16, 16))
    #expect((profile.mcuColumns, profile.mcuRows, profile.mcuCount) == (3, 2, 6))
    #expect(profile.restartMarkerCount == 2)
    profile.subsampling = .yCbCr422
    #expect((profile.mcuColumns, profile.mcuRows) == (3, 3))
    profile.subsampling = .yCbCr444
    #expect((profile.mcuColumns, profile.mcuRows) == (5, 3))
    profile.subsampling = .grayscale
    #expect(profile.mcuCount == 15)
    #expect(profile.restartMarkerCount == 7)
    #expect(JPEGProfile(size: 256, restartInterval: 1, stream: .scan).restartMarkerCount == 255)
    #expect(JPEGProfile(size: 256, stream: .scan).restartMarkerCount == 0)
  }
}
