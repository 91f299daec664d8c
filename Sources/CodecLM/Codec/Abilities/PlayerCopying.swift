/// A codec whose files not every player opens.
public protocol PlayerCopying: Codec {
  /// The frames of a file of ``Codec/file(from:)`` in a file for players, not coded again.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be read.
  func playerCopy(
    ofFile file: [UInt8]
  ) throws(CodecError) -> (file: [UInt8], fileExtension: String)
}

extension Codec {
  /// The frames of a canonical stream in a file for players that do not open what ``file(from:)`` gives;
  /// `nil` where every viewer does.
  ///
  /// - Throws: as ``file(from:)``.
  package func container(
    of canonical: [UInt8]
  ) throws(CodecError) -> (file: [UInt8], fileExtension: String)? {
    guard self is any PlayerCopying else { return nil }
    return try container(ofFile: file(from: canonical))
  }

  /// The same of a file of ``file(from:)``.
  func container(
    ofFile file: [UInt8]
  ) throws(CodecError) -> (file: [UInt8], fileExtension: String)? {
    try (self as? any PlayerCopying)?.playerCopy(ofFile: file)
  }
}
