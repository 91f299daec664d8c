/// A codec that knows the format's plainest coding of a stream.
public protocol BaselineMeasuring: Codec {
  /// The bits that the format's plainest coding spends on the picture of a stream, whatever the
  /// profile adds: for JPEG, the entropy-coded data without restart markers; for H.264, the slices
  /// without start codes.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  func plainestBits(of canonical: [UInt8]) throws(CodecError) -> Int
}

extension Codec {
  /// The bits that a model's are compared with, as they do not depend on how streams are cut or
  /// tokenized: those of the format's plainest coding (``BaselineMeasuring/plainestBits(of:)``), or of
  /// the file where that is not known.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  public func baselineBits(of canonical: [UInt8]) throws(CodecError) -> Int {
    guard let codec = self as? any BaselineMeasuring else {
      return 8 * (try file(from: canonical)).count
    }
    return try codec.plainestBits(of: canonical)
  }
}
