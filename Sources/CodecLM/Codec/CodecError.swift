/// Why bytes could not be brought into, or back from, canonical form.
public enum CodecError: Error, Equatable, Sendable {
  /// The bytes do not begin like a file of the format.
  case wrongFormat(expected: String)
  /// The file is of the format but uses a part that is not supported.
  case unsupported(String)
  /// The file is a sheet that this program drew for people to look at.
  case sheet
  /// The file or the data cannot be read.
  case corrupt(DataFault)
  /// The decoder went on only by inventing or leaving out data; `message` is its first warning.
  case warned(message: String)
  /// The picture is larger than the limit that bounds memory.
  case tooLarge(width: Int, height: Int, maximumPixels: Int)
  /// The clip has fewer frames at the profile's rate than the profile.
  case tooShort(frames: Int, needed: Int, perSecond: Int)
  /// The profile contradicts itself or leaves the supported range.
  case invalidProfile(String)
  /// The stream is not in the profile's canonical form; `offset` is the first byte that differs.
  case notCanonical(offset: Int, StreamFault)
  /// The decoder's or encoder's memory ran out.
  case outOfMemory
}

extension CodecError {
  /// Throws ``invalidProfile(_:)`` for a value of a profile outside its range.
  static func check(
    _ name: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(CodecError) {
    guard range.contains(value) else {
      throw .invalidProfile(
        "\(name) \(value) is outside \(range.lowerBound) ... \(range.upperBound)")
    }
  }
}

extension CodecError: CustomStringConvertible {
  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .wrongFormat(let expected): "not a \(expected) file"
    case .unsupported(let part): "unsupported: \(part)"
    case .sheet: "a sheet or map that jpeglm drew, not a picture to learn from"
    case .corrupt(let fault): "corrupt: \(fault)"
    case .warned(let message): "decodes only with a warning: \(message)"
    case .tooLarge(let width, let height, let maximum):
      "\(width) × \(height) pixels are more than the limit of \(maximum)"
    case .tooShort(let frames, let needed, let perSecond):
      "too short: \(frames) frames at \(perSecond) a second, \(needed) are needed"
    case .invalidProfile(let reason): "invalid profile: \(reason)"
    case .notCanonical(let offset, let fault): "not canonical at byte \(offset): \(fault)"
    case .outOfMemory: "out of memory"
    }
  }
}
