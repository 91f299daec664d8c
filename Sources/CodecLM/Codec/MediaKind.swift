/// The kinds of files that codecs read, told apart by the endings of their names.
public enum MediaKind: String, Sendable, CaseIterable {
  /// JPEG files.
  case images
  /// Videos, of any codec.
  case videos

  /// The endings of their names, without a point.
  public var endings: [String] {
    switch self {
    case .images: ["jpg", "jpeg", "jpe", "jfif"]
    case .videos: ["mp4", "mkv", "webm", "avi", "mov", "m4v", "h264", "264"]
    }
  }
}
