/// Names of what a run keeps of a step, such as `step-00000500`: what is written is known again, and
/// nothing else is.
struct StepName: Sendable {
  private let digits: Int
  private let suffix: String

  private static let prefix = "step-"

  /// A checkpoint's folder.
  static let checkpoint = StepName(digits: 8, suffix: "")
  /// A sheet of samples.
  static let sheet = StepName(digits: 6, suffix: ".jpg")

  /// The name of a step's.
  func text(_ step: Int) -> String { Self.prefix + step.padded(to: digits) + suffix }

  /// The step whose name this is; `nil` for any other name, were it only a zero longer.
  func step(_ name: String) -> Int? {
    guard name.hasPrefix(Self.prefix), name.hasSuffix(suffix),
      let step = Int(name.dropFirst(Self.prefix.count).dropLast(suffix.count)), step >= 0,
      text(step) == name
    else { return nil }
    return step
  }
}
