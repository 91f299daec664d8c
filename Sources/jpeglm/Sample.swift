import ArgumentParser
import CodecLM
import Foundation

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write new JPEG files with a trained model.",
    discussion: """
      Files are written as 00000.jpg, 00001.jpg, … Only bytes are drawn that the JPEG grammar \
      allows next, so that every file decodes; with --unconstrained the model is on its own, a \
      number is missing where its stream is no valid JPEG, and the share that decodes is printed. \
      File 7 is the same whether 8 or 800 are made.

        jpeglm sample run --count 16 --out samples --grid samples.jpg
        jpeglm sample run --count 64 --out samples --temperature 0.9 --top-p 0.95 --seed 1
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Option(help: "How many files.")
  var count = 16

  @Option(name: .customLong("out"), help: "Folder for the files.")
  var output: String

  @Option(help: "Above 0; 1 is the model's own distribution.")
  var temperature: Float = 1

  @Option(help: "Draw from the k likeliest tokens only.")
  var topK: Int?

  @Option(help: "Draw from the likeliest tokens that make up this probability, above 0 to 1.")
  var topP: Double?

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  @Option(help: "Write a contact sheet of all files here.")
  var grid: String?

  @Flag(help: "Draw any byte, valid or not, and say how many files decode.")
  var unconstrained = false

  @Option(
    help: """
      How weights are kept for decoding: f32, bf16 or q8; smaller is faster. By default as they are \
      stored.
      """)
  var weights: WeightFormat?

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count \(count) is not at least 1.") }
    guard temperature > 0, temperature.isFinite else {
      throw ValidationError("--temperature \(temperature) is not above 0.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k \(topK) is not at least 1.") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p \(topP) is not in (0, 1].")
    }
  }

  private struct Report: Encodable {
    var count: Int
    var decoded: Int
    var files: [String]
    var grid: String?
    var seconds: Double
    var tokens_per_second: Double
  }

  func run() throws {
    let interrupt = Interrupt()
    let progress = ProgressLine()
    var generator = try Generator(loading: URL(fileURLWithPath: folder), pool: threads.pool)
    generator.isConstrained = !unconstrained
    if let weights { generator.weights = weights }
    if generator.checkpoint.assumesCodec {
      progress.note(
        """
        \(folder) has no codec.json; taking its streams for those of JPEG-LM's authors: \
        256 × 256, quality 25, 4:2:0, restart interval 1, abbreviated
        """)
    }
    let results = try OutputFolder(output)
    let start = ContinuousClock.now
    let images = try generator.generate(
      count: count, sampling: Sampling(temperature: temperature, topK: topK, topP: topP),
      seed: seed)
    var pictures: [PixelImage?] = []
    var files: [String] = []
    for image in images {
      switch image.result {
      case .success:
        try image.write(to: results.url)
        files.append("\(output)/\(image.name)")
      case .failure(let fault):
        progress.note("image \(image.index) is no valid file: \(fault)")
      }
      pictures.append(image.picture)
      progress.show("\(pictures.count) of \(count) images", isFinal: pictures.count == count)
      if interrupt.signal != 0 { throw ExitCode(128 + interrupt.signal) }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if let grid {
      let sheet = ContactSheet().image(of: pictures)
      try AtomicFile.write(try sheet.jpegFile(), to: URL(fileURLWithPath: grid))
    }
    if json {
      try printJSON(
        Report(
          count: count, decoded: files.count, files: files, grid: grid, seconds: seconds,
          tokens_per_second: Double(images.tokens) / seconds))
    } else {
      print(
        """
        \(files.count) of \(count) decode, written to \(output); \
        \(Format.fixed(seconds, 1)) s, \(Format.count(Int(Double(images.tokens) / seconds))) tokens/s
        """)
      if let grid { print("contact sheet: \(grid)") }
    }
  }
}

/// A folder for results that exists and can be written to.
struct OutputFolder {
  let url: URL

  init(_ path: String) throws {
    url = URL(fileURLWithPath: path)
    try Folders.make(url)
  }
}
