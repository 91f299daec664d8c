import ArgumentParser
import CodecLM
import Foundation

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write new files with a trained model, or let it continue photos or videos.",
    discussion: """
      Files are written as 00000.jpg, 00001.jpg, … Only bytes are drawn that the JPEG grammar \
      allows next, so that every file decodes; with --unconstrained the model is on its own, a \
      number is missing where its stream is no valid JPEG, and the share that decodes is printed. \
      File 7 is the same whether 8 or 800 are made.

        jpeglm sample run --count 16 --out samples --grid samples.jpg
        jpeglm sample run --count 64 --out samples --temperature 0.9 --seed 1

      With --prompt each photo is brought into the model's canonical form, its first MCUs are kept \
      and the rest is written --count times: cat-original.jpg, cat-partial.jpg, cat-00000.jpg, … \
      The contact sheet then has one row a photo.

        jpeglm sample run --prompt cat.jpg dog.jpg --keep 0.5 --count 4 \\
          --out continued --grid continued.jpg

      A model of videos writes 00000.h264 and, for players, 00000.mp4, … and continues videos from their \
      first frames. On contact sheets frames are beside each other.

        jpeglm sample clips-run --prompt clip.mp4 --keep-frames 10 --count 4 --out continued
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Option(help: "How many files; with --prompt, how many for each photo.")
  var count = 16

  @Option(name: .customLong("out"), help: "Folder for the files.")
  var output: String

  @OptionGroup(title: "Prompts")
  var prompts: PromptOptions

  @OptionGroup var sampling: SamplingOptions

  @Flag(help: "Always take the likeliest token, as --temperature 0 does.")
  var greedy = false

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  @Option(help: "Write a contact sheet of all files here.")
  var grid: String?

  @Option(
    help: ArgumentHelp(
      "Keep rewriting this picture of what is being written, unfinished streams completed cheaply.",
      valueName: "file"))
  var live: String?

  @Option(
    help: """
      How keys and values are kept: f32, or f16, which takes half of the memory. By default f16 where \
      weights are rounded.
      """)
  var cache: CacheFormat?

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count \(count) is not at least 1.") }
  }

  private struct Report: Encodable {
    var count: Int
    var decoded: Int
    var files: [String]
    /// Files whose end the model did not reach before its context was full.
    var filled: Int
    var grid: String?
    var seconds: Double
    var tokens_per_second: Double
  }

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    var generator = try Generator(loading: URL(fileURLWithPath: folder), pool: threads.pool)
    generator.isConstrained = !sampling.unconstrained
    if let weights = sampling.weights { generator.weights = weights }
    generator.cache = cache
    if generator.checkpoint.assumesCodec {
      progress.note(
        """
        \(folder) has no codec.json; taking its streams for those of JPEG-LM's authors: \
        256 × 256, quality 25, 4:2:0, restart interval 1, abbreviated
        """)
    }
    let photos = try prompts.photos(generator.checkpoint.codec, limits)
    let results = try OutputFolder(output)
    for photo in photos { try photo.write(to: results.url) }

    var chosen = sampling.sampling(generator.checkpoint)
    if greedy { chosen.temperature = 0 }
    let start = ContinuousClock.now
    let generation = try generator.stream(
      count: count, continuing: photos.isEmpty ? [.empty] : photos.map(\.prompt),
      sampling: chosen, seed: seed)
    let total = count * max(photos.count, 1)
    var preview = try live.map { try LivePreview(URL(fileURLWithPath: $0), total: total) }
    var report = Report(
      count: total, decoded: 0, files: [], filled: 0, grid: grid, seconds: 0,
      tokens_per_second: 0)
    var pictures = [PixelImage?](repeating: nil, count: total)
    var names = [String?](repeating: nil, count: total)
    var finished = 0
    while let event = try generation.next() {
      try preview?.add(event, count: count, codec: generator.codec)
      if case .file(let file) = event {
        let name =
          photos.isEmpty
          ? file.name : photos[file.id.prompt].fileName(file, generator.checkpoint.codec)
        switch file.result {
        case .success:
          try file.write(to: results.url, as: name)
          names[file.index] = "\(output)/\(name)"
        case .failure(let fault): progress.note("\(name) is no valid file: \(fault)")
        }
        if !file.isWhole {
          report.filled += 1
          progress.note(
            "\(name): the context was full after \(file.written) bytes, the rest is blank")
        }
        pictures[file.index] = file.picture
        finished += 1
        progress.show("\(finished) of \(total) files", isFinal: finished == total)
      }
      if interrupt.signal != 0 { throw ExitCode(128 + interrupt.signal) }
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    report.tokens_per_second = Double(generation.tokens) / report.seconds
    report.files = names.compactMap { $0 }
    report.decoded = report.files.count
    if let grid { try write(pictures, of: photos, to: grid) }
    try show(report)
  }

  private func write(_ pictures: [PixelImage?], of photos: [Photo], to path: String) throws {
    let cells =
      photos.isEmpty
      ? pictures
      : photos.indices.flatMap { index in
        [photos[index].original, photos[index].partial]
          + pictures[index * count..<(index + 1) * count]
      }
    let sheet = ContactSheet(columns: photos.isEmpty ? nil : 2 + count).image(of: cells)
    try AtomicFile.write(try sheet.jpegFile(), to: URL(fileURLWithPath: path))
  }

  private func show(_ report: Report) throws {
    if json { return try printJSON(report) }
    let share = Format.fixed(100 * Double(report.decoded) / Double(report.count), 1)
    print(
      """
      \(report.decoded) of \(report.count) decode (\(share) %), written to \(output); \
      \(Format.fixed(report.seconds, 1)) s, \(Format.count(Int(report.tokens_per_second))) tokens/s
      """)
    if let grid { print("contact sheet: \(grid)") }
  }
}

/// A folder for results that exists and can be written to; what killed processes left in it is cleared
/// away.
struct OutputFolder {
  let url: URL

  init(_ path: String) throws {
    url = URL(fileURLWithPath: path)
    try Folders.make(url)
    AtomicFile.removeAbandoned(in: url)
  }
}
