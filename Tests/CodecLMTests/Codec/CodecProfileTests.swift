import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct CodecProfileTests {
  private static let profiles: [(name: String, profile: CodecProfile)] = [
    (
      "jpeg-1",
      .jpeg(
        JPEGProfile(
          width: 40, height: 24, quality: 30, subsampling: .yCbCr422, restartInterval: 3,
          stream: .abbreviated))
    ),
    (
      "avc-1",
      .avc(
        AVCProfile(width: 64, height: 48, framesPerSecond: 5, frames: 8, qp: 30, stream: .annexB))
    ),
  ]

  private func fields(_ profile: CodecProfile) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(profile)) as? [String: Any])
  }

  private func read(_ fields: [String: Any]) throws -> CodecProfile {
    try JSONDecoder().decode(
      CodecProfile.self, from: JSONSerialization.data(withJSONObject: fields))
  }

  @Test(arguments: profiles.indices)
  func `codec json of version 1 is read as it was meant`(_ index: Int) throws {
    let (name, profile) = Self.profiles[index]
    let old = Data(try Fixtures.bytes("profiles/\(name).json"))
    #expect(try JSONDecoder().decode(CodecProfile.self, from: old) == profile)
  }

  @Test(arguments: profiles.indices)
  func `codec json is written in version 2, whose keys are in snake case`(_ index: Int) throws {
    let profile = Self.profiles[index].profile
    let written = try fields(profile)
    #expect(written["version"] as? Int == 2)
    #expect(written.keys.allSatisfy { $0 == $0.lowercased() })
    #expect(try read(written) == profile)
  }

  @Test(arguments: profiles.indices)
  func `a token store keeps its key`(_ index: Int) throws {
    let (name, profile) = Self.profiles[index]
    // The compact JSON of version 1 with sorted keys.
    let old = try JSONSerialization.jsonObject(
      with: Data(try Fixtures.bytes("profiles/\(name).json")))
    let json = try JSONSerialization.data(withJSONObject: old, options: .sortedKeys)
    #expect(try profile.storeKey() == [UInt8](json))
  }

  @Test func `a later version and an unknown codec are refused`() throws {
    var written = try fields(Self.profiles[0].profile)
    for version in [0, 3] {
      written["version"] = version
      #expect(
        throws: CodecError.unsupported(
          "version \(version) of a codec's profile; this build reads 1 to 2")
      ) { try read(written) }
    }
    #expect(throws: CodecError.unsupported("codec wavelets")) {
      try read(["codec": "wavelets", "version": 2])
    }
  }

  @Test func `profiles are equal if they are of one type and equal`() {
    let jpeg = JPEGProfile(size: 16)
    #expect(CodecProfile(jpeg) == .jpeg(jpeg))
    #expect(CodecProfile(jpeg) != .jpeg(JPEGProfile(size: 8)))
    #expect(CodecProfile(jpeg) != .avc(AVCProfile()))
    #expect(Set([CodecProfile(jpeg), .jpeg(jpeg), .avc(AVCProfile())]).count == 2)
  }

  @Test func `a stream's name is that of a form`() throws {
    #expect(JPEGProfile.Stream.allCases == [.full, .abbreviated, .scan, .symbols])
    for stream in JPEGProfile.Stream.allCases {
      #expect(JPEGProfile.Stream(rawValue: stream.rawValue) == stream)
    }
    #expect(JPEGProfile.Stream(rawValue: "planes") == nil)
    var written = try fields(.jpeg(JPEGProfile(size: 8)))
    written["stream"] = "planes"
    #expect(throws: DecodingError.self) { try read(written) }
  }
}
