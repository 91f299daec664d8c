import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a training run as one HTML page.",
    discussion: """
      The page has curves of loss, bits, learning rate and speed, what the model wrote at checkpoints, \
      and all settings. It needs no other file and no network. The run may still be training.

        jpeglm report run --html report.html

      With --evaluation the page also has the distances from an earlier call of eval:

        jpeglm eval run --real photos --count 1000 --json > evaluation.json
        jpeglm report run --evaluation evaluation.json --html report.html
      """)

  @Argument(help: ArgumentHelp("Folder of a training run.", valueName: "run"))
  var folder: String

  @Option(help: "The page to write.")
  var html: String

  @Option(help: "A file with the output of eval --json.")
  var evaluation: String?

  @OptionGroup var replacing: ReplacingOptions

  func run() throws {
    try ResultPlace.check(
      file: html, force: replacing.force,
      reading: [evaluation].compactMap { $0 } + RunFolder.files(in: folder), by: "report",
      isOwn: WrittenPage.isOwn)
    let evaluation = try evaluation.map { try EvaluationReport(contentsOf: URL(place: $0)) }
    let page = try RunReport(of: URL(place: folder), evaluation: evaluation).page()
    try ResultPlace.write([UInt8](page.utf8), to: html, by: "report")
    try printResult("wrote \(PlainText.line(html))")
  }
}
