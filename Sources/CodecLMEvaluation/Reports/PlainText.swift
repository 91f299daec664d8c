import CodecLM

/// Text in which no character does anything: names of files may hold escapes that a terminal obeys,
/// line breaks, and marks that turn the direction of what follows.
package enum PlainText {
  /// A text as one line: what is no character to be seen is spelt out, a line break as `\n`, ESC as `\x1B`,
  /// U+202E as `\u{202E}`, and a byte that is no UTF-8 as `\xE9`.
  package static func line(_ text: String) -> String { spelt(text) { _ in false } }

  /// The same of a text of several lines, whose line breaks stay.
  package static func lines(_ text: String) -> String { spelt(text) { $0 == "\n" } }

  /// JSON in which only characters to be seen stand as themselves, with the same meaning.
  package static func json(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        let digits = String(scalar.value, radix: 16)
        result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func spelt(
    _ text: String, except isKept: (Unicode.Scalar) -> Bool
  ) -> String {
    func isSpelt(_ scalar: Unicode.Scalar) -> Bool {
      (isHidden(scalar) || byte(of: scalar) != nil) && !isKept(scalar)
    }
    guard text.unicodeScalars.contains(where: isSpelt) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isSpelt(scalar) {
        result += spelling(scalar).unicodeScalars
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func spelling(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    if let byte = byte(of: scalar) ?? UInt8(ascii: scalar) {
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x\(byte < 16 ? "0" : "")\(digits)"
    }
    return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
  }

  /// Whether a scalar is a control, a break between lines, or turns the direction of writing.
  ///
  /// All of these are below U+10000.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x20 { return true }
    if scalar.value < 0x7F { return false }
    return switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isBidiControl
    }
  }

  /// The byte of a file's name that is no UTF-8 and that a scalar stands for: U+10FE00 and the byte.
  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    (0x10FE80...0x10FEFF).contains(scalar.value) ? UInt8(scalar.value - 0x10FE00) : nil
  }
}

extension UInt8 {
  fileprivate init?(ascii scalar: Unicode.Scalar) {
    guard scalar.isASCII else { return nil }
    self = UInt8(scalar.value)
  }
}
