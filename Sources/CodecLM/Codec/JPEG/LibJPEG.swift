import CJPEG

/// libjpeg, the one face of `CJPEG`: bytes in, pictures or bytes out.
enum LibJPEG {
  /// libjpeg's own limit: 65,500 pixels a side.
  private static let largestFrame = 65_500 * 65_500

  /// Decodes a file of any JPEG process that libjpeg knows.
  ///
  /// - Parameters:
  ///   - grayscale: whether to return the luma alone.
  ///   - minimum: a width and height in stored orientation. The picture is decoded at 1/2, 1/4 or
  ///     1/8 where that is still at least so large; `nil` decodes at full size.
  ///   - maximumPixels: what the frame may hold; also bounds libjpeg's memory.
  /// - Throws: ``CodecError``; ``CodecError/warned(message:)`` where libjpeg invented or skipped data.
  static func decode(
    _ file: [UInt8], grayscale: Bool, minimum: (width: Int, height: Int)?, maximumPixels: Int
  ) throws(CodecError) -> PixelImage {
    let (image, warning) = try decodeAnyway(
      file, grayscale: grayscale, minimum: minimum, maximumPixels: maximumPixels)
    if let warning { throw .warned(message: warning) }
    return image
  }

  /// Decodes a file with what libjpeg first warned of; data that it misses are its invention.
  static func decodeAnyway(
    _ file: [UInt8], grayscale: Bool, minimum: (width: Int, height: Int)? = nil, maximumPixels: Int
  ) throws(CodecError) -> (image: PixelImage, warning: String?) {
    let request = CJPEGRequest(
      grayscale: grayscale ? 1 : 0,
      minimum_width: minimum.map { UInt32(clamping: $0.width) } ?? .max,
      minimum_height: minimum.map { UInt32(clamping: $0.height) } ?? .max,
      maximum_pixels: UInt64(clamping: min(maximumPixels, largestFrame)))
    var result = unsafe CJPEGResult()
    unsafe cjpeg_decode(file, file.count, request, &result)
    defer { unsafe cjpeg_free(&result) }
    try unsafe check(result, maximumPixels)
    let (width, height) = unsafe (Int(result.width), Int(result.height))
    let channels = unsafe Int(result.channels)
    let samples = unsafe bytes(of: result)
    let message = unsafe Self.message(of: result)
    let warning = message.isEmpty ? nil : message
    guard channels == 4 else {
      let image = PixelImage(width: width, height: height, channels: channels, samples: samples)
      return (image, warning)
    }
    let image = PixelImage(
      width: width, height: height, channels: 3,
      samples: unsafe rgb(cmyk: samples, isInverted: result.is_inverted != 0))
    return (grayscale ? image.grayscale : image, warning)
  }

  /// Encodes a picture in the form of `profile`, with or without its tables.
  ///
  /// - Precondition: the picture has the profile's size and channels.
  static func encode(
    _ image: PixelImage, _ profile: JPEGProfile, hasTables: Bool
  ) throws(CodecError) -> [UInt8] {
    precondition(
      (image.width, image.height, image.channels)
        == (profile.width, profile.height, profile.components.count),
      "\(image.width) × \(image.height) × \(image.channels) in a profile of "
        + "\(profile.width) × \(profile.height) × \(profile.components.count)")
    var result = unsafe CJPEGResult()
    unsafe cjpeg_encode(image.samples, form(profile, hasTables), &result)
    defer { unsafe cjpeg_free(&result) }
    try unsafe check(result, largestFrame)
    return unsafe bytes(of: result)
  }

  /// Writes the coefficients of a file again, unchanged, in the form of `profile`; `nil` when the
  /// file has another size, colour space, sampling or quantization, or cannot be read.
  static func rewrite(_ file: [UInt8], _ profile: JPEGProfile, hasTables: Bool) -> [UInt8]? {
    var result = unsafe CJPEGResult()
    unsafe cjpeg_rewrite(file, file.count, form(profile, hasTables), &result)
    defer { unsafe cjpeg_free(&result) }
    return unsafe result.status == .done ? bytes(of: result) : nil
  }

  private static func form(_ profile: JPEGProfile, _ hasTables: Bool) -> CJPEGForm {
    let components = profile.components
    return CJPEGForm(
      width: UInt32(profile.width),
      height: UInt32(profile.height),
      components: UInt32(components.count),
      horizontal: UInt32(components[0].horizontal),
      vertical: UInt32(components[0].vertical),
      quality: UInt32(profile.quality),
      restart_interval: UInt32(profile.restartInterval),
      has_tables: hasTables ? 1 : 0)
  }

  private static func bytes(of result: borrowing CJPEGResult) -> [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: result.bytes, count: result.count))
  }

  private static func message(of result: borrowing CJPEGResult) -> String {
    unsafe withUnsafeBytes(of: result.message) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func check(_ result: CJPEGResult, _ maximumPixels: Int) throws(CodecError) {
    if unsafe result.status == .done { return }
    let message = unsafe Self.message(of: result)
    switch unsafe result.status {
    case .done: return
    case .corrupt, .notApplicable: throw .corrupt(.decoder(message))
    case .unsupported: throw .unsupported(message)
    case .tooLarge:
      throw unsafe .tooLarge(
        width: Int(result.width), height: Int(result.height), maximumPixels: maximumPixels)
    case .outOfMemory: throw .outOfMemory
    }
  }

  /// RGB without colour management: each ink lets through 255 - ink of the light.
  ///
  /// Black dims all three. Adobe's files store 255 - ink already (Adobe technical note 5116).
  private static func rgb(cmyk: [UInt8], isInverted: Bool) -> [UInt8] {
    let flip: UInt8 = isInverted ? 0 : 255
    var rgb: [UInt8] = []
    rgb.reserveCapacity(cmyk.count / 4 * 3)
    for pixel in stride(from: 0, to: cmyk.count, by: 4) {
      let white = Int(cmyk[pixel + 3] ^ flip)
      for ink in 0..<3 {
        rgb.append(UInt8((Int(cmyk[pixel + ink] ^ flip) * white + 127) / 255))
      }
    }
    return rgb
  }
}
