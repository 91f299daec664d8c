/// A codec that writes another file of a foreign one than its canonical form gives.
package protocol SourceFileEncoding: Codec {
  /// What the format's own encoder makes of a file, with what the canonical form leaves out; `nil` where the
  /// profile's streams are no whole files.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func encodedSource(of file: [UInt8]) throws(CodecError) -> [UInt8]?
}
