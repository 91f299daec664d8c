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
  var endings: [String] {
    switch profile {
    case .jpeg: [ending]
    case .avc: [ending, "mp4"]
    }
  }

  private var ending: String {
    switch profile {
    case .jpeg(let profile):
      switch profile.stream {
      case .full: "jpg"
      case .abbreviated: "ajpg"
      case .scan: "scan"
      case .symbols: "symbols"
      }
    case .avc(let profile): profile.stream == .annexB ? "h264" : "slices"
    }
  }

  /// The canonical stream of a file, and its codec.
  func stream(of file: [UInt8]) throws -> (bytes: [UInt8], codec: any Codec) {
    guard keepsSize, case .jpeg(var own) = profile else {
      return (try codec.canonicalBytes(of: file), codec)
    }
    let header = try JPEGHeader(file)
    (own.width, own.height) = (header.width, header.height)
    let codec = try JPEGCodec(
      own, maximumPixels: maximumPixels, sides: JPEGProfile.fileSides)
    return (try codec.canonicalBytes(of: file), codec)
  }

  /// What is written of a file, and the copy of it that players open, where they need one.
  ///
  /// A whole video is as the ffmpeg command of AVC-LM's authors writes it, the shape of its pixels and its
  /// colour description included; its slices are the canonical ones, so that it is coded once.
  func results(of file: [UInt8]) throws -> [(ending: String, bytes: [UInt8])] {
    let whole = try whole(file)
    let (stream, codec) = try stream(of: whole ?? file)
    let copy = try codec.container(of: stream).map { (ending: $0.fileExtension, bytes: $0.file) }
    return [(ending, whole ?? stream)] + [copy].compactMap { $0 }
  }

  private func whole(_ file: [UInt8]) throws(CodecError) -> [UInt8]? {
    #if AVC
      if let codec = codec as? AVCCodec, codec.profile.stream == .annexB {
        return try codec.encodedFile(of: file)
      }
    #endif
    return nil
  }
}
