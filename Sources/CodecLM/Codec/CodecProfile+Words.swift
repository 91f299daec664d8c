extension CodecProfile {
  /// What people call one of the codec's files; the plural has an s.
  package var noun: String {
    switch self {
    case .jpeg: "image"
    case .avc: "clip"
    }
  }

  /// Which parts of the files are in the streams, in the profile's own word.
  package var streamName: String {
    switch self {
    case .jpeg(let profile): profile.stream.rawValue
    case .avc(let profile): profile.stream.rawValue
    }
  }

  /// The endings of what is written of a stream: the file, then the copy for players, if there is one.
  package var fileExtensions: [String] {
    switch self {
    case .jpeg: [fileExtension]
    case .avc: [fileExtension, "mp4"]
    }
  }

  /// What a byte of the streams is: not one of a file where streams hold symbols.
  package var byteName: String {
    if case .jpeg(let profile) = self, profile.stream == .symbols { return "symbol byte" }
    return "byte"
  }

  /// What ``Codec/baselineBits(of:)`` counts.
  package var baselineName: String {
    switch self {
    case .jpeg: "baseline JPEG"
    case .avc: "H.264"
    }
  }
}
