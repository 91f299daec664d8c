import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// How much a command says while it works.
struct ProgressOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  var line: ProgressLine { ProgressLine(isQuiet: quiet) }
}

/// A line on standard error that is redrawn on a terminal, and printed now and then elsewhere; no
/// colours, so that NO_COLOR has nothing to turn off.
final class ProgressLine {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastTime: ContinuousClock.Instant?
  private var lastWidth = 0

  /// - Parameter isQuiet: whether nothing is shown at all.
  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Seconds between two lines.
  private var interval: Double { isTerminal ? 0.1 : 10 }

  /// Shows `text` if it is time to; always if `isFinal`, and then the line stays.
  func show(_ text: @autoclosure () -> String, isFinal: Bool = false) {
    let now = ContinuousClock.now
    if let lastTime, !isFinal, (now - lastTime) / .seconds(1) < interval { return }
    lastTime = now
    let text = PlainText.line(text())
    guard isTerminal else { return write(text + "\n") }
    let padding = String(repeating: " ", count: max(0, lastWidth - text.count))
    write("\r" + text + padding + (isFinal ? "\n" : ""))
    lastWidth = isFinal ? 0 : text.count
  }

  /// Prints a line above the progress.
  func note(_ text: String) {
    if lastWidth > 0 { write("\r" + String(repeating: " ", count: lastWidth) + "\r") }
    lastWidth = 0
    write(PlainText.line(text) + "\n")
  }

  private func write(_ text: String) {
    if isQuiet { return }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
