extension CodecProfile {
  /// What people call one of the codec's files; the plural has an s.
  package var noun: String {
    switch self {
    case .jpeg: "image"
    case .avc: "clip"
    }
  }

  /// What ``Codec/baselineBits(of:)`` counts.
  package var baselineName: String {
    switch self {
    case .jpeg: "baseline JPEG"
    case .avc: "H.264"
    }
  }
}
