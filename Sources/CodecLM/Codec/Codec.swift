/// A file format in canonical form: one size, one quality, known tables, so that a file is a short
/// sequence of bytes that a language model can learn.
///
/// Conformers are values that hold a profile. Laws:
/// - `canonicalBytes(of: try file(from: c)) == c` for every `c` this codec made;
/// - equal input and equal profile give equal bytes.
public protocol Codec: Sendable {
  /// Any file of the format, brought into the profile's canonical form.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8]

  /// A complete file, one that every viewer opens, from its canonical form.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no stream of this profile.
  func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8]

  /// What says which byte may come next in a canonical stream, at the beginning of one.
  func makeGrammar() -> any ByteGrammar

  /// A picture of what a canonical stream holds, to be looked at. It is also the test of whether a
  /// sampled stream is valid: a stream that decodes only with a warning is an error.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage
}
