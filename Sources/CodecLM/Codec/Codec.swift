/// A file format in canonical form: one size, one quality, known tables, so that a file is a short
/// sequence of bytes that a language model can learn.
///
/// Conformers are values that hold a profile. Laws:
/// - `canonicalBytes(of: try file(from: c)) == c` for every `c` this codec made;
/// - equal input and equal profile give equal bytes;
/// - the grammar allows every byte of a stream this codec made, and is complete at its end.
///
/// This is all that training and sampling need. What only some codecs can do is a protocol of its own:
/// ``UnitCoding``, ``ClipCoding``, ``PictureEncoding``, ``Mirroring``, ``BaselineMeasuring``,
/// ``PlayerCopying``, ``SymbolMarking`` and ``StreamChecking``. Callers that hold any codec use the
/// members of the extensions, which give the others a default or an error.
public protocol Codec: Sendable {
  /// Any file of the format, brought into the profile's canonical form.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8]

  /// A complete file, one that every viewer opens, from its canonical form.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no stream of this profile.
  func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8]

  /// A picture of what a file of ``file(from:)`` holds, to be looked at; of a video, its frames side by
  /// side. It is also the test of whether a sampled stream is valid: a file that decodes only with a
  /// warning is an error.
  ///
  /// - Throws: ``CodecError`` when `file` holds no valid stream of this profile.
  func picture(ofFile file: [UInt8]) throws(CodecError) -> PixelImage

  /// What says which byte may come next in a canonical stream, at the beginning of one.
  func makeGrammar() -> any ByteGrammar
}

extension Codec {
  /// A picture of what a canonical stream holds; see ``picture(ofFile:)``.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  public func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage {
    try picture(ofFile: file(from: canonical))
  }

  /// File, frames and container of a canonical stream at once, which is followed only one time.
  ///
  /// - Throws: as ``frames(of:)``.
  package func content(of canonical: [UInt8]) throws(CodecError) -> StreamContent {
    let file = try file(from: canonical)
    return StreamContent(
      file: file, container: try container(ofFile: file), frames: try frames(ofFile: file))
  }
}

/// What a canonical stream stands for.
package struct StreamContent: Sendable {
  /// What ``Codec/file(from:)`` gives.
  package let file: [UInt8]
  /// What ``Codec/container(of:)`` gives.
  package let container: (file: [UInt8], fileExtension: String)?
  /// What ``Codec/frames(of:)`` gives.
  package let frames: [PixelImage]
}
