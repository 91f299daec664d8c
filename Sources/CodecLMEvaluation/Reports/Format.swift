import CodecLM
import Foundation

/// Numbers for people.
package enum Format {
  package static func count(_ number: Int) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  package static func fixed(_ number: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", number)
  }

  package static func bytes(_ count: Int) -> String {
    count < 1 << 30
      ? "\(fixed(Double(count) / Double(1 << 20), 1)) MiB"
      : "\(fixed(Double(count) / Double(1 << 30), 2)) GiB"
  }

  package static func duration(_ seconds: Double) -> String {
    guard let total = Int(exactly: seconds.rounded(.up)) else { return "\(seconds) s" }
    if total < 60 { return "\(total) s" }
    if total < 3_600 { return "\(total / 60) min \(total % 60) s" }
    return "\(total / 3_600) h \(total % 3_600 / 60) min"
  }
}
