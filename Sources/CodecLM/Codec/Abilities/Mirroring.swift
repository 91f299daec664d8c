/// A codec that can mirror pictures.
public protocol Mirroring: Codec {
  /// Any file of the format in canonical form, its picture mirrored left to right.
  ///
  /// The picture is decoded and mirrored before it is encoded, so that it may be of any width. One that is
  /// in canonical form already is quantized again, unlike in ``Codec/canonicalBytes(of:)``.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func mirrorImage(of file: [UInt8]) throws(CodecError) -> [UInt8]
}

extension Codec {
  /// Any file of the format in canonical form, its picture mirrored left to right; see
  /// ``Mirroring/mirrorImage(of:)``.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded, ``CodecError/unsupported(_:)`` where the
  ///   codec cannot mirror.
  package func mirroredBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    guard let codec = self as? any Mirroring else { throw .unsupported("mirror images") }
    return try codec.mirrorImage(of: file)
  }
}
