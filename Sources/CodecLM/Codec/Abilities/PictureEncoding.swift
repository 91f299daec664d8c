/// A codec that makes streams of pixels, not only of files.
public protocol PictureEncoding: Codec {
  /// Pictures of any size, one for each frame, in canonical form: each is cropped at the centre to the
  /// profile's proportions and resized.
  ///
  /// - Throws: ``CodecError`` when they are fewer than the frames, or cannot be encoded.
  func canonicalBytes(of pictures: [PixelImage]) throws(CodecError) -> [UInt8]

  /// What a file's canonical form is made from: its frames upright and in the profile's size, but
  /// without the losses of coding.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func images(of file: [UInt8]) throws(CodecError) -> [PixelImage]
}

extension PictureEncoding {
  /// A picture of any size in canonical form; in a clip it is every frame.
  ///
  /// - Throws: ``CodecError`` when it cannot be encoded.
  public func canonicalBytes(of picture: PixelImage) throws(CodecError) -> [UInt8] {
    try canonicalBytes(of: [PixelImage](repeating: picture, count: frameCount))
  }

  /// ``images(of:)`` side by side, which for a codec of pictures is the one.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  public func image(of file: [UInt8]) throws(CodecError) -> PixelImage {
    PixelImage(sideBySide: try images(of: file))
  }
}
