import ArgumentParser
import CodecLM
import Foundation

struct DrawDigits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw handwriting-like digits as JPEG files, to try things on.",
    discussion: """
      Each picture is a digit of a few strokes, moved, turned, stretched and bent at random.

        jpeglm draw-digits digits --count 5000
      """)

  @Argument(help: ArgumentHelp("Folder for the files.", valueName: "dir"))
  var folder: String

  @Option(help: "How many files.")
  var count = 5_000

  @Option(help: "Side in pixels, 8 to 512.")
  var size = 28

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  func validate() throws {
    guard (1...10_000_000).contains(count) else {
      throw ValidationError("--count \(count) is outside 1 … 10000000.")
    }
    guard (8...512).contains(size) else {
      throw ValidationError("--size \(size) is outside 8 … 512.")
    }
  }

  func run() throws {
    let results = try OutputFolder(folder)
    for index in 0..<count {
      let digit = DrawnDigit(index % 10, seed: seed, index: index)
      let name = "\(index % 10)-\(index).jpg"
      try AtomicFile.write(
        try digit.picture(size: size).jpegFile(), to: results.url.appendingPathComponent(name))
    }
    try printResult("\(Format.count(count)) files written to \(PlainText.line(folder))")
  }
}
