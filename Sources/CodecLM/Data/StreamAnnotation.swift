/// What is known of an image beside its file, for models that are given more than streams to begin with.
public struct StreamAnnotation: Equatable, Sendable {
  /// The class it belongs to.
  public var label: String?
  /// What it shows, in words.
  public var caption: String?
  /// The canonical stream of a picture that goes with it.
  public var companion: [UInt8]?

  /// An annotation; without arguments, nothing is known.
  ///
  /// - Parameters:
  ///   - label: the class it belongs to.
  ///   - caption: what it shows, in words.
  ///   - companion: the canonical stream of a picture that goes with it.
  public init(label: String? = nil, caption: String? = nil, companion: [UInt8]? = nil) {
    self.label = label
    self.caption = caption
    self.companion = companion
  }

  /// What is true of the mirror image too; a companion is not mirrored.
  var mirrored: StreamAnnotation { StreamAnnotation(label: label, caption: caption) }

  /// A hash of annotations by their files' paths; `nil` without any.
  static func key(of annotations: [String: StreamAnnotation]) -> UInt64? {
    guard !annotations.isEmpty else { return nil }
    var hash = StableHash()
    for (path, annotation) in annotations.sorted(by: { $0.key < $1.key }) {
      hash.append(field: path.utf8)
      for field in [
        annotation.label.map { Array($0.utf8) }, annotation.caption.map { Array($0.utf8) },
        annotation.companion,
      ] {
        hash.append(word: field == nil ? 0 : 1)
        if let field { hash.append(field: field) }
      }
    }
    return hash.value
  }
}
