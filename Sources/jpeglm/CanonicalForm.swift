import CodecLM

/// What files are brought into, and what is written of it.
struct CanonicalForm {
  private let profile: CodecProfile
  private let codec: any Codec
  /// Whether each picture keeps its own width and height.
  private let keepsSize: Bool
  private let maximumPixels: Int

  /// - Throws: ``CodecError/invalidProfile(_:)``, ``CodecError/unsupported(_:)``.
  init(
    _ profile: CodecProfile, keepsSize: Bool, maximumPixels: Int
  ) throws(CodecError) {
    self.profile = profile
    self.keepsSize = keepsSize
    self.maximumPixels = maximumPixels
    codec = try profile.makeCodec(maximumPixels: maximumPixels)
  }

  /// The endings of what is written of a file: of its stream, then of the copy for players.
  var endings: [String] { [profile.streamExtension] + profile.fileExtensions.dropFirst() }

  /// The canonical stream of a file, and its codec.
  func stream(of file: [UInt8]) throws -> (bytes: [UInt8], codec: any Codec) {
    var codec = codec
    if keepsSize, let profile = profile.base as? any SizeKeeping {
      codec = try profile.makeCodec(inSizeOf: file, maximumPixels: maximumPixels)
    }
    return (try codec.canonicalBytes(of: file), codec)
  }

  /// What is written of a file, and the copy of it that players open, where they need one.
  ///
  /// A whole video is as the ffmpeg command of AVC-LM's authors writes it, the shape of its pixels and its
  /// colour description included; its slices are the canonical ones, so that it is coded once.
  func results(of file: [UInt8]) throws -> [(ending: String, bytes: [UInt8])] {
    let whole = try (codec as? any SourceFileEncoding)?.encodedSource(of: file)
    let (stream, codec) = try stream(of: whole ?? file)
    let copy = try codec.container(of: stream).map { (ending: $0.fileExtension, bytes: $0.file) }
    return [(profile.streamExtension, whole ?? stream)] + [copy].compactMap { $0 }
  }
}
