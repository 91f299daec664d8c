/// The profile of any codec, as it travels with a model (`codec.json`).
public enum CodecProfile: Sendable, Hashable {
  /// Baseline JPEG.
  case jpeg(JPEGProfile)
  /// H.264 Baseline video.
  case avc(AVCProfile)

  /// The codec of this profile.
  ///
  /// - Parameter maximumPixels: of a picture, or a frame of a video, that is read; larger ones are refused
  ///   before decoding.
  /// - Throws: ``CodecError/invalidProfile(_:)``, and ``CodecError/unsupported(_:)`` for video in a build
  ///   without the package's trait `AVC`.
  public func makeCodec(
    maximumPixels: Int = PixelImage.usualMaximumPixels
  ) throws(CodecError) -> any Codec {
    switch self {
    case .jpeg(let profile): return try JPEGCodec(profile, maximumPixels: maximumPixels)
    case .avc(let profile):
      #if AVC
        return try AVCCodec(profile, maximumPixels: maximumPixels)
      #else
        try profile.validate()
        throw .unsupported("H.264 in this build; build with --traits AVC")
      #endif
    }
  }

  /// Which files of a folder are of the codec's kind.
  public var sources: MediaKind {
    switch self {
    case .jpeg: .images
    case .avc: .videos
    }
  }

  /// Width and height of a unit in pixels (for JPEG: of an MCU, for H.264: of a macroblock).
  public var unitSize: (width: Int, height: Int) {
    switch self {
    case .jpeg(let profile): (profile.mcuWidth, profile.mcuHeight)
    case .avc: (16, 16)
    }
  }

  /// The ending of the codec's files, without a point.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .avc: "h264"
    }
  }
}

extension CodecProfile {
  /// The profile of JPEG-LM's authors (arXiv 2408.08459): 256 × 256 pixels, quality 25, 4:2:0,
  /// abbreviated streams with a restart marker after every MCU.
  public static let authors = CodecProfile.jpeg(
    JPEGProfile(size: 256, quality: 25, restartInterval: 1, stream: .abbreviated))
}

extension CodecProfile: Codable {
  private enum CodingKeys: String, CodingKey { case codec }

  /// Reads the field `codec` and then the fields of that codec's profile.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let name = try fields.decode(String.self, forKey: .codec)
    switch name {
    case "jpeg": self = .jpeg(try JPEGProfile(from: decoder))
    case "avc": self = .avc(try AVCProfile(from: decoder))
    default: throw CodecError.unsupported("codec \(name)")
    }
  }

  /// Writes the fields of the profile and `codec`.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .jpeg(let profile):
      try fields.encode("jpeg", forKey: .codec)
      try profile.encode(to: encoder)
    case .avc(let profile):
      try fields.encode("avc", forKey: .codec)
      try profile.encode(to: encoder)
    }
  }
}
