import TestSupport

#if AVC
  import CodecLM
  import Foundation
  import Testing

  /// Damaged videos: each is refused with an error or becomes a stream that decodes.
  ///
  /// ``Mutations`` says for how long.
  @Suite(.serialized) struct AVCHostileFileTests {
    private let codec: AVCCodec

    init() throws { codec = try AVCCodec(AVCClips.profile()) }

    /// Tries damaged copies until the time is over.
    private func attack(_ original: [UInt8], _ take: ([UInt8]) throws -> [UInt8]?) {
      var mutations = Mutations(seed: 3)
      let end = ContinuousClock.now + .seconds(Mutations.seconds)
      while ContinuousClock.now < end {
        guard let stream = try? take(mutations.next(of: original)) else { continue }
        #expect(throws: Never.self) { try codec.decode(stream) }
      }
    }

    @Test(arguments: ["b-frames.mp4", "bare.h264", "turned.mp4", "late-video.mkv"])
    func `a damaged video is refused or becomes a stream of the profile`(name: String) throws {
      attack(try AVCClips.bytes(name)) { try codec.canonicalBytes(of: $0) }
    }

    @Test func `a damaged file of the profile is refused or becomes a stream of it`() throws {
      let canonical = try codec.canonicalBytes(of: AVCClips.bytes("b-frames.mp4"))
      attack(try codec.file(from: canonical)) { try codec.canonicalBytes(of: $0) }
      attack(try #require(try codec.container(of: canonical)).file) {
        try codec.canonicalBytes(of: $0)
      }
    }

    @Test func `a damaged stream decodes or is refused`() throws {
      let canonical = try codec.canonicalBytes(of: AVCClips.bytes("b-frames.mp4"))
      attack(canonical) {
        _ = try codec.frames(of: $0)
        return nil
      }
    }
  }
#endif
