/// The profile of any codec, as it travels with a model (`codec.json`).
public enum CodecProfile: Sendable, Hashable {
  /// Baseline JPEG.
  case jpeg(JPEGProfile)

  /// The codec of this profile.
  ///
  /// - Parameter maximumPixels: of a picture that is read; larger ones are refused before decoding.
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public func makeCodec(
    maximumPixels: Int = PixelImage.usualMaximumPixels
  ) throws(CodecError) -> any Codec {
    switch self {
    case .jpeg(let profile): try JPEGCodec(profile, maximumPixels: maximumPixels)
    }
  }

  /// Width and height of a unit in pixels (for JPEG: of an MCU).
  public var unitSize: (width: Int, height: Int) {
    switch self {
    case .jpeg(let profile): (profile.mcuWidth, profile.mcuHeight)
    }
  }

  /// The ending of the codec's files, without a point.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
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
    guard name == "jpeg" else { throw CodecError.unsupported("codec \(name)") }
    self = .jpeg(try JPEGProfile(from: decoder))
  }

  /// Writes the fields of the profile and `codec`.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .jpeg(let profile):
      try fields.encode("jpeg", forKey: .codec)
      try profile.encode(to: encoder)
    }
  }
}
