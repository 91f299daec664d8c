/// A codec whose streams hold several frames.
public protocol ClipCoding: Codec {
  /// Number of frames of every stream.
  var framesPerClip: Int { get }

  /// The frames of a file of ``Codec/file(from:)``, ``framesPerClip`` of them.
  ///
  /// - Throws: as ``Codec/picture(ofFile:)``.
  func clip(ofFile file: [UInt8]) throws(CodecError) -> [PixelImage]
}

extension ClipCoding {
  /// The frames side by side.
  public func picture(ofFile file: [UInt8]) throws(CodecError) -> PixelImage {
    PixelImage(sideBySide: try clip(ofFile: file))
  }
}

extension Codec {
  /// Number of frames of every stream: 1 for pictures.
  public var frameCount: Int { (self as? any ClipCoding)?.framesPerClip ?? 1 }

  /// The frames of a canonical stream, ``frameCount`` of them.
  ///
  /// - Throws: as ``decode(_:)``.
  public func frames(of canonical: [UInt8]) throws(CodecError) -> [PixelImage] {
    try frames(ofFile: file(from: canonical))
  }

  /// The frames of a file of ``file(from:)``.
  ///
  /// - Throws: as ``picture(ofFile:)``.
  func frames(ofFile file: [UInt8]) throws(CodecError) -> [PixelImage] {
    guard let codec = self as? any ClipCoding else { return [try picture(ofFile: file)] }
    return try codec.clip(ofFile: file)
  }
}
