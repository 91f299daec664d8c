extension PixelImage {
  /// The picture as a JPEG file for people to look at: chroma at full resolution, no profile.
  ///
  /// - Parameter quality: libjpeg's, 1 ... 100.
  /// - Throws: ``CodecError/tooLarge(width:height:maximumPixels:)`` when a side exceeds 65,500
  ///   pixels.
  public func jpegFile(quality: Int = 95) throws(CodecError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality \(quality)")
    let form = JPEGProfile(
      width: width, height: height, quality: quality,
      subsampling: channels == 1 ? .grayscale : .yCbCr444)
    return try LibJPEG.encode(self, form, hasTables: true)
  }

  /// Decodes a JPEG file at full size, upright, in gray or RGB as it is stored.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  public init(
    jpegFile file: [UInt8], maximumPixels: Int = usualMaximumPixels
  ) throws(CodecError) {
    let header = try Self.header(of: file, maximumPixels)
    self = try LibJPEG.decode(
      file, grayscale: header.isGrayscale, minimum: nil, maximumPixels: maximumPixels
    ).upright(from: header.orientation)
  }

  /// Decodes a JPEG file as a viewer does, whatever it takes: at full size, upright, and with data
  /// that libjpeg makes up where the file's are damaged or missing.
  ///
  /// - Returns: the picture, and libjpeg's first warning if there was one.
  /// - Throws: ``CodecError`` when libjpeg gives up.
  package static func decodingAnyway(
    jpegFile file: [UInt8], maximumPixels: Int = usualMaximumPixels
  ) throws(CodecError) -> (image: PixelImage, warning: String?) {
    let header = try header(of: file, maximumPixels)
    let (image, warning) = try LibJPEG.decodeAnyway(
      file, grayscale: header.isGrayscale, maximumPixels: maximumPixels)
    return (image.upright(from: header.orientation), warning)
  }

  private static func header(
    of file: [UInt8], _ maximumPixels: Int
  ) throws(CodecError) -> JPEGHeader {
    let header = try JPEGHeader(file)
    guard header.storedWidth * header.storedHeight <= maximumPixels else {
      throw .tooLarge(
        width: header.storedWidth, height: header.storedHeight, maximumPixels: maximumPixels)
    }
    return header
  }
}
