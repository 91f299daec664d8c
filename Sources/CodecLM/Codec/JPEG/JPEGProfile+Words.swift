extension JPEGProfile {
  /// JPEG files.
  public var mediaKind: MediaKind { .images }
  /// "jpg".
  public var fileExtensions: [String] { ["jpg"] }
  /// That of the form.
  public var streamExtension: String { JPEGStreamForms.entry(stream)?.fileExtension ?? "jpg" }
  /// The form's name.
  public var streamName: String { stream.rawValue }
  /// "image".
  public var noun: String { "image" }
  /// "byte", or "symbol byte" where streams hold symbols.
  public var byteName: String { JPEGStreamForms.entry(stream)?.byteName ?? "byte" }
  /// "baseline JPEG".
  public var baselineName: String { "baseline JPEG" }

  /// One line for people.
  public var description: String {
    let markers =
      switch restartInterval {
      case 0: ""
      case 1: ", a restart marker after every MCU"
      default: ", a restart marker every \(restartInterval) MCUs"
      }
    return """
      JPEG, \(width) × \(height), \(subsampling.rawValue), quality \(quality)\(markers)
      """
  }

  /// The JSON of version 1 of `codec.json`.
  public func storeKey() -> [UInt8] {
    Array(
      """
      {"codec":"jpeg","height":\(height),"quality":\(quality),\
      "restartInterval":\(restartInterval),"stream":"\(stream.rawValue)",\
      "subsampling":"\(subsampling.rawValue)","width":\(width)}
      """.utf8)
  }
}

extension JPEGProfile: SizeKeeping {
  /// The codec of this profile.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public func makeCodec(maximumPixels: Int) throws(CodecError) -> any Codec {
    try JPEGCodec(self, maximumPixels: maximumPixels)
  }

  package func makeCodec(
    inSizeOf file: [UInt8], maximumPixels: Int
  ) throws(CodecError) -> any Codec {
    let header = try JPEGHeader(file)
    var own = self
    (own.width, own.height) = (header.width, header.height)
    return try JPEGCodec(own, maximumPixels: maximumPixels, sides: Self.fileSides)
  }
}

extension CodecProfile {
  /// Baseline JPEG.
  public static func jpeg(_ profile: JPEGProfile) -> CodecProfile { CodecProfile(profile) }

  /// The profile of JPEG-LM's authors (arXiv 2408.08459): 256 × 256 pixels, quality 25, 4:2:0,
  /// abbreviated streams with a restart marker after every MCU.
  public static let authors = CodecProfile.jpeg(
    JPEGProfile(size: 256, quality: 25, restartInterval: 1, stream: .abbreviated))
}
