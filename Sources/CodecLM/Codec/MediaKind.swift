/// A kind of files that codecs read, told apart by the endings of their names.
public struct MediaKind: Sendable, Hashable {
  /// What several are called, as "pictures".
  public let name: String
  /// What one of the files is called, as "JPEG file"; the plural has an s.
  public let fileNoun: String
  /// The endings of their names, in lower case and without a point; the usual ones first.
  public let endings: [String]

  /// A kind of files.
  ///
  /// - Parameters:
  ///   - name: what several are called.
  ///   - fileNoun: what one of the files is called.
  ///   - endings: of their names, in lower case and without a point, at least one.
  public init(_ name: String, fileNoun: String, endings: [String]) {
    precondition(!endings.isEmpty, "\(name) without an ending of their names")
    self.name = name
    self.fileNoun = fileNoun
    self.endings = endings
  }

  /// JPEG files.
  public static let images = MediaKind(
    "pictures", fileNoun: "JPEG file", endings: ["jpg", "jpeg", "jpe", "jfif"])

  /// Videos, of any codec.
  public static let videos = MediaKind(
    "videos", fileNoun: "video",
    endings: ["mp4", "mkv", "webm", "avi", "mov", "m4v", "h264", "264"])
}
