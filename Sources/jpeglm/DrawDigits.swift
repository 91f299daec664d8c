import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct DrawDigits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw digits that resemble handwriting as JPEG files to try things on.",
    discussion: """
      Each picture is a digit of a few strokes, shifted, rotated, stretched and bent at random.

        jpeglm draw-digits digits --count 5000
      """)

  @Argument(help: ArgumentHelp("Folder for the files.", valueName: "dir"))
  var folder: String

  @Option(help: "Number of files.")
  var count = 5_000

  @Option(help: "Side in pixels, 8 to 512.")
  var size = 28

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  @OptionGroup var replacing: ReplacingOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    guard (1...10_000_000).contains(count) else {
      throw ValidationError("--count \(count) is outside 1 … 10000000.")
    }
    guard (8...512).contains(size) else {
      throw ValidationError("--size \(size) is outside 8 … 512.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    let (progress, pool) = (progress.line, threads.pool)
    var results = try ResultFolder(
      folder, .init(command: "draw-digits", isDerived: false, force: replacing.force))
    for index in 0..<count { try results.claim(Self.name(index), from: "digit \(index)") }
    try pool.forEachPortion(of: count) { [seed, size] index in
      Result { try DrawnDigit(index % 10, seed: seed, index: index).picture(size: size).jpegFile() }
    } then: { range, files in
      try results.write(zip(range, files).map { (Self.name($0), try $1.get()) }, pool)
      progress.show("\(Format.count(range.upperBound)) of \(Format.count(count)) files")
      try interrupt.check()
    }
    try results.finish()
    try printResult("\(Format.count(count)) files written to \(PlainText.line(folder))")
  }

  private static func name(_ index: Int) -> String { "\(index % 10)-\(index).jpg" }
}
