extension AVCProfile {
  /// Videos, of any codec.
  public var mediaKind: MediaKind { .videos }
  /// Of the Annex B stream, and of its copy for players.
  public var fileExtensions: [String] { ["h264", "mp4"] }
  /// "h264" for whole files, else the stream's name.
  public var streamExtension: String {
    switch stream {
    case .annexB: "h264"
    case .slices: "slices"
    }
  }
  /// Which parts of the file are in the stream.
  public var streamName: String { stream.rawValue }
  /// "clip".
  public var noun: String { "clip" }
  /// "H.264".
  public var baselineName: String { "H.264" }
  /// 1,024.
  public var usualVocabulary: Int { 1_024 }

  /// One line for people.
  public var description: String {
    "H.264, \(width) × \(height), \(frames) frames, \(framesPerSecond) a second, QP \(qp)"
  }

  /// The JSON of version 1 of `codec.json`.
  public func storeKey() -> [UInt8] {
    Array(
      """
      {"codec":"avc","frames":\(frames),"framesPerSecond":\(framesPerSecond),\
      "height":\(height),"qp":\(qp),"stream":"\(stream.rawValue)","width":\(width)}
      """.utf8)
  }

  /// The codec of this profile.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``, and ``CodecError/unsupported(_:)`` in a build without the
  ///   package's trait `AVC`.
  public func makeCodec(maximumPixels: Int) throws(CodecError) -> any Codec {
    #if AVC
      return try AVCCodec(self, maximumPixels: maximumPixels)
    #else
      try validate()
      throw .unsupported("H.264 in this build; build the package with its trait AVC")
    #endif
  }
}

extension CodecProfile {
  /// H.264 Baseline video.
  public static func avc(_ profile: AVCProfile) -> CodecProfile { CodecProfile(profile) }
}
