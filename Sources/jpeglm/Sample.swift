import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sample new files from a trained model, or let it continue photos or videos.",
    discussion: """
      Files are written as 00000.jpg, 00001.jpg, … Only bytes that the JPEG grammar allows next are \
      sampled, so every file decodes. With --unconstrained the model is on its own: a number is \
      missing where the stream is not a valid JPEG, and the share that decodes is printed. File 7 is \
      the same whether 8 or 800 are made.

        jpeglm sample run --count 16 --out samples --grid samples.jpg
        jpeglm sample run --count 64 --out samples --temperature 0.9 --seed 1

      With --prompt each photo is brought into the model's canonical form, its first MCUs are kept, \
      and the rest is written --count times: cat-original.jpg, cat-partial.jpg, cat-00000.jpg, … \
      The contact sheet then has one row per photo.

        jpeglm sample run --prompt cat.jpg dog.jpg --keep 0.5 --count 4 \\
          --out continued --grid continued.jpg

      A model of videos writes 00000.h264 and, for players, 00000.mp4, … and continues videos from their \
      first frames. On contact sheets the frames of a video are side by side.

        jpeglm sample clips-run --prompt clip.mp4 --keep-frames 10 --count 4 --out continued
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Option(help: "Number of files; with --prompt, number for each photo.")
  var count = 16

  @Option(name: .customLong("out"), help: "Folder for the files.")
  var output: String

  @OptionGroup(title: "Prompts")
  var prompts: PromptOptions

  @OptionGroup var sampling: SamplingOptions

  @Flag(help: "Always take the likeliest token, like --temperature 0.")
  var greedy = false

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  @Option(
    help:
      "Write a contact sheet of all files here; if it gets too large, also NAME-2.jpg and so on."
  )
  var grid: String?

  @Option(
    help: ArgumentHelp(
      """
      Continuously update this contact sheet while sampling; unfinished files are shown completed with as \
      few bytes as possible.
      """,
      valueName: "file"))
  var live: String?

  @Option(
    help: """
      Format of keys and values: f32, or f16, which takes half of the memory; by default f16 if the weights \
      are rounded.
      """)
  var cache: CacheFormat?

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @OptionGroup var replacing: ReplacingOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count \(count) is not at least 1.") }
  }

  private struct Report: Encodable {
    var count: Int
    var decoded = 0
    var files: [String] = []
    /// Files whose end the model did not reach before its context was full.
    var filled = 0
    /// Photos that could not be continued, and why.
    var skipped: [String]
    var grid: String?
    /// All sheets, where one would be too large.
    var grids: [String]?
    var seconds = 0.0
    var tokens_per_second = 0.0
  }

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    try checkPlaces()
    var generator = try Generator(loading: URL(place: folder), pool: threads.pool)
    generator.isConstrained = !sampling.unconstrained
    if let weights = sampling.weights { generator.weights = weights }
    generator.cache = cache
    let profile = generator.checkpoint.codec
    if generator.checkpoint.assumesCodec {
      progress.note(
        """
        \(folder) has no codec.json; taking its streams for those of JPEG-LM's authors: \
        256 × 256, quality 25, 4:2:0, restart interval 1, abbreviated
        """)
    }
    let sources = try prompts.sources(profile, progress)
    var results = try self.results(sources, profile)
    try checkSheets(sources, results)
    let (photos, skipped) = try prompts.photos(
      sources, profile, limits, progress, in: &results
    ) { try interrupt.check() }
    let total = count * max(photos.count, 1)
    let sheet = try grid.map {
      try SampleSheet(
        $0, columns: photos.isEmpty ? nil : 2 + count, count: total + 2 * photos.count,
        generator.codec, force: replacing.force)
    }
    for path in sheet?.paths ?? [] where results.claims(path) {
      throw ValidationError("\(path) is among the files of --out; give the sheet another name.")
    }

    var chosen = sampling.sampling(generator.checkpoint)
    if greedy { chosen.temperature = 0 }
    let start = ContinuousClock.now
    let generation = try generator.stream(
      count: count, continuing: photos.isEmpty ? [.empty] : photos.map(\.prompt),
      sampling: chosen, seed: seed)
    var preview = try live.map { try LivePreview($0, total: total, generator.codec) }
    var report = Report(count: total, skipped: skipped.map(\.description), grid: grid)
    if let sheet, sheet.paths.count > 1 { report.grids = sheet.paths }
    var names = [String?](repeating: nil, count: total)
    var finished = 0
    while let event = try generation.next() {
      try preview?.add(event, count: count, codec: generator.codec)
      if case .file(let file) = event {
        let name = photos.isEmpty ? file.name : photos[file.id.prompt].fileName(file, profile)
        switch file.result {
        case .success:
          try results.write(file.files(named: name))
          names[file.index] = name
        case .failure(let fault): progress.note("\(name) is not a valid file: \(fault)")
        }
        if !file.isWhole {
          report.filled += 1
          progress.note(
            "\(name): the context was full after \(file.written) bytes; the rest is blank")
        }
        finished += 1
        progress.show("\(finished) of \(total) files", isFinal: finished == total)
      }
      try interrupt.check()
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    report.tokens_per_second = Double(generation.tokens) / report.seconds
    report.files = names.compactMap { $0.map { "\(output)/\($0)" } }
    report.decoded = report.files.count
    try results.finish()
    try show(report)
    guard let sheet else { return }
    try sheet.write { cell in
      file(cell, names, photos, profile).map { "\(output)/\($0)" }
    } check: {
      try interrupt.check()
    }
    if !json {
      let paths = sheet.paths.map(PlainText.line).joined(separator: ", ")
      try printResult("contact sheet\(sheet.paths.count == 1 ? "" : "s"): \(paths)")
    }
  }

  /// Looks at all places, before long work.
  private func checkPlaces() throws {
    try ResultPlace.check(folder: output)
    for file in [grid, live].compactMap({ $0 }) {
      try ResultPlace.check(
        file: file, force: replacing.force, by: "sample", isOwn: PixelImage.isSheet)
    }
    if let grid, let live, URL(place: grid).standardized == URL(place: live).standardized {
      throw ValidationError("--grid and --live name the same file.")
    }
  }

  /// The folder for the files, with a place for each.
  private func results(
    _ sources: PromptOptions.Named, _ profile: CodecProfile
  ) throws -> ResultFolder {
    var results = try ResultFolder(
      output, .init(command: "sample", isDerived: true, force: replacing.force),
      reading: sources.files.map(\.source))
    let numbers = (0..<count).map { $0.padded(to: 5) }
    let parts = [Photo.Part.original, .partial].map(\.rawValue) + numbers
    for ending in profile.fileExtensions {
      if prompts.inputs.isEmpty {
        for number in numbers { try results.claim("\(number).\(ending)", from: "file \(number)") }
      }
      for (source, name) in sources.files {
        for part in parts { try results.claim("\(name)-\(part).\(ending)", from: source.path) }
      }
    }
    return results
  }

  /// Refuses sheets that would replace a file of the results, or one that is read.
  private func checkSheets(
    _ sources: PromptOptions.Named, _ results: borrowing ResultFolder
  ) throws {
    for path in [grid, live].compactMap({ $0 }) {
      if results.claims(path) {
        throw ValidationError("\(path) is among the files of --out; give the sheet another name.")
      }
      try ResultPlace.check(
        file: path, force: replacing.force,
        reading: sources.files.map(\.source.path) + RunFolder.files(in: folder), by: "sample",
        isOwn: PixelImage.isSheet)
    }
  }

  /// The name of the file that is in a cell of the contact sheet: with photos, two of each and what continues
  /// it are a row.
  private func file(
    _ cell: Int, _ names: [String?], _ photos: [Photo], _ profile: CodecProfile
  ) -> String? {
    guard !photos.isEmpty else { return names[cell] }
    let (photo, column) = cell.quotientAndRemainder(dividingBy: 2 + count)
    return switch column {
    case 0: photos[photo].fileName(.original, profile.fileExtension)
    case 1: photos[photo].fileName(.partial, profile.fileExtension)
    default: names[photo * count + column - 2]
    }
  }

  private func show(_ report: Report) throws {
    if json { return try printJSON(report) }
    let share = Format.fixed(100 * Double(report.decoded) / Double(report.count), 1)
    let skipped = report.skipped.isEmpty ? "" : "; \(report.skipped.count) skipped"
    try printResult(
      """
      \(report.decoded) of \(report.count) decode (\(share) %), written to \
      \(PlainText.line(output)); \(Format.fixed(report.seconds, 1)) s, \
      \(Format.count(Int(report.tokens_per_second))) tokens/s\(skipped)
      """)
  }
}
