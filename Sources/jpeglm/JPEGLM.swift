import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// The program.
@main
enum Program {
  static func main() {
    StandardOutput.prepare()
    do {
      try BLAS.reserveScratch(products: 2 * ProcessInfo.processInfo.activeProcessorCount)
    } catch {
      say("Error: \(error)")
      // OpenBLAS's own threads may be waiting for memory, and exit would wait for them.
      _exit(1)
    }
    exit(status())
  }

  /// Does what the arguments say.
  private static func status() -> Int32 {
    var type: any ParsableCommand.Type = JPEGLM.self
    do {
      let arguments = Arguments.all
      try ArgumentCheck.check(arguments)
      var command = try JPEGLM.parseAsRoot(arguments)
      type = Swift.type(of: command)
      try command.run()
      try StandardOutput.finish()
      return 0
    } catch {
      return status(error, of: type)
    }
  }

  /// Says why a command ended: help on standard output, errors on standard error.
  private static func status(_ error: any Error, of command: any ParsableCommand.Type) -> Int32 {
    let status = JPEGLM.exitCode(for: error)
    let text: String
    switch error {
    case let error as ValidationError:
      // Thrown while the command runs, when no parser knows any more which it is.
      text = """
        Error: \(PlainText.line(error.message))
        Usage: \(JPEGLM.usageString(for: command))
        """
    case is ExitCode: text = ""
    case _ where status == .failure:
      text = "Error: \(PlainText.line(JPEGLM.message(for: error) + Hint.text(error)))"
    default: text = PlainText.lines(JPEGLM.fullMessage(for: error))
    }
    guard status.isSuccess else {
      if !text.isEmpty { say(text) }
      return status.rawValue
    }
    do {
      try printResult(text)
      try StandardOutput.finish()
      return 0
    } catch {
      say("Error: \(error)")
      return 1
    }
  }

  private static func say(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
  }
}

struct JPEGLM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jpeglm",
    abstract: "Train language models on JPEG files and sample new files from them.",
    discussion: """
      A model learns small JPEG files in one canonical form (one size, one quality, known tables), byte \
      by byte or symbol by symbol, and writes new JPEG files. A build with --traits AVC does the same \
      with H.264 videos.

        jpeglm train photos --out run --minutes 30
        jpeglm sample run --count 16 --out samples --grid samples.jpg
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(name: "Models", subcommands: [Train.self, Sample.self, Info.self, Export.self]),
      CommandGroup(
        name: "Measuring", subcommands: [Score.self, Eval.self, Report.self, Bench.self]),
      CommandGroup(
        name: "Files and tokens",
        subcommands: [
          Canonicalize.self, Inspect.self, TrainTokenizer.self, Tokenize.self, DrawDigits.self,
          DrawClips.self,
        ]),
    ])

  private static var version: String {
    #if DEBUG
      let build = "debug build, many times slower than swift build -c release"
    #else
      let build = "release build"
    #endif
    return "0.1.0 (\(build); \(BLAS.simdName) kernels, OpenBLAS \(BLAS.kernelName))"
  }

  func run() throws {
    try printResult(
      """
      jpeglm trains language models on JPEG files and samples new files from them.

      Pictures from a model that comes with the source:
        jpeglm sample Models/cifar10 --count 16 --out samples --grid samples.jpg

      A model of your own, from any folder of JPEG files:
        jpeglm train photos --out run --minutes 30
        jpeglm sample run --count 16 --out samples --grid samples.jpg

      With a few hundred pictures, start from a model that has seen many:
        jpeglm train photos --out run --from Models/photos64 --minutes 30

      All commands: jpeglm --help      One command: jpeglm help sample
      """)
  }
}
