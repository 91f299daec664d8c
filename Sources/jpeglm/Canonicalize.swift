import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Canonicalize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring JPEG files or videos into the form that a model learns.",
    discussion: """
      Any JPEG becomes a square picture of one size and quality, without metadata, upright, with \
      standard Huffman tables. A file that is canonical already keeps its coefficients. With \
      --stream full (the default) the results are ordinary .jpg files; abbreviated streams (.ajpg), \
      scans (.scan) and symbols (.symbols) are what a model reads. With --check nothing is written: each result is \
      followed through the grammar to its last byte and decoded by two readers.

      With --codec avc the inputs are videos. Each gives an Annex B file (.h264), byte for byte what the \
      ffmpeg command of the AVC-LM paper writes, and the same frames as .mp4 for players; with --stream \
      slices, what a model reads.

        jpeglm canonicalize photos --out small --size 64
        jpeglm canonicalize a.jpg b.jpg --out streams --size 256 --restart 1 \\
          --stream abbreviated
        jpeglm canonicalize photos --check --size 64
        jpeglm canonicalize clips --codec avc --out small --size 64x48 --frames 8
      """)

  @Argument(help: "JPEG files or videos, or folders of them.")
  var inputs: [String]

  @Option(name: .customLong("out"), help: "Folder for the results.")
  var output: String?

  @Flag(help: "Write nothing; check that the grammar and the readers accept every result.")
  var check = false

  @OptionGroup(title: "Canonical form")
  var profile: ProfileOptions

  @Option(
    help: """
      What is written of each file: full, the default, abbreviated (no tables), scan (no headers) or symbols \
      (coefficients without their Huffman codes); of videos annexb, the default, or slices.
      """)
  var stream: StreamChoice?

  @Flag(
    name: .customLong("no-resize"),
    help: "Keep each picture's own width and height, at most 65500 each.")
  var keepsSize = false

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Stop at the first file that cannot be read, instead of skipping it.")
  var strict = false

  @OptionGroup var replacing: ReplacingOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if inputs.isEmpty { throw ValidationError("Name at least one file or folder.") }
    if check == (output != nil) { throw ValidationError("Give --out or --check.") }
    if keepsSize, profile.size != nil || profile.isVideo {
      throw ValidationError("--no-resize is for pictures, without --size.")
    }
    try profile.check(streamChoice)
  }

  private var streamChoice: StreamChoice {
    stream ?? (profile.isVideo ? .video(.annexB) : .image(.full))
  }

  private var profileChoice: CodecProfile {
    switch streamChoice {
    case .image(let stream):
      .jpeg(profile.image(side: Self.defaultSide, isGrayscale: false, stream: stream))
    case .video(let stream): .avc(profile.video(stream: stream))
    }
  }

  private struct Report: Encodable {
    var files: Int
    var skipped: [String]
    var bytes: Int
    var imagesPerSecond: Double

    private enum CodingKeys: String, CodingKey {
      case files, skipped, bytes
      case imagesPerSecond = "images_per_second"
    }
  }

  private enum Outcome {
    case done(bytes: Int, made: [(ending: String, bytes: [UInt8])])
    case refused(SkippedFile)
  }

  /// Side without `--size`: the paper's.
  private static let defaultSide = 256

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    let pool = threads.pool
    var sources = try Sources(inputs, profile.kind)
    try sources.report(to: progress, strict: strict)
    let form = try CanonicalForm(
      profileChoice, keepsSize: keepsSize, maximumPixels: limits.maxPixels)
    var results = try output.map { try self.results($0, sources.files, form) }
    var report = Report(files: 0, skipped: [], bytes: 0, imagesPerSecond: 0)
    let start = ContinuousClock.now
    try sources.map(strict: strict, pool, progress, interrupt) { file, source in
      try canonicalize(file, source, form)
    } then: { outcomes in
      var files: [(name: String, bytes: [UInt8])] = []
      for (source, outcome) in outcomes {
        switch outcome {
        case .done(let bytes, let made):
          report.files += 1
          report.bytes += bytes
          files += made.map { (source.name.replacingEnding(with: $0.ending), $0.bytes) }
        case .refused(let error): throw error
        }
      }
      try results?.write(files, pool)
    }
    report.imagesPerSecond = Double(report.files) / ((ContinuousClock.now - start) / .seconds(1))
    try results.take()?.finish()
    report.skipped = sources.skipped.map(\.description)
    if json {
      try printJSON(report)
    } else {
      try printResult(
        """
        \(Format.count(report.files)) files \(output.map { "written to \(PlainText.line($0))" } ?? "are accepted"), \
        \(Format.count(report.bytes / max(report.files, 1))) bytes on average; \
        \(Format.count(report.skipped.count)) skipped; \
        \(Format.count(Int(report.imagesPerSecond))) images/s on \(pool.threads) \
        thread\(pool.threads == 1 ? "" : "s")
        """)
    }
  }

  /// The folder for the results, with a place for each.
  private func results(
    _ output: String, _ files: [SourceFile], _ form: CanonicalForm
  ) throws -> ResultFolder {
    var results = try ResultFolder(
      output,
      .init(
        command: "canonicalize", isDerived: Sources.contain(output, inputs),
        force: replacing.force), reading: files)
    for file in files {
      for name in form.endings.map(file.name.replacingEnding) where !ResultFolder.isTooLong(name) {
        try results.claim(name, from: file.path)
      }
    }
    return results
  }

  private func canonicalize(
    _ file: [UInt8], _ source: SourceFile, _ form: CanonicalForm
  ) throws -> Outcome {
    if output == nil {
      let (stream, codec) = try form.stream(of: file)
      do {
        try codec.check(stream)
        return .done(bytes: stream.count, made: [])
      } catch {
        return .refused(SkippedFile(path: source.path, reason: "\(error)"))
      }
    }
    if form.endings.map(source.name.replacingEnding).contains(where: ResultFolder.isTooLong) {
      throw FileError.cannotWrite(
        path: source.name.lastNameOfPath, reason: "the result's name would be longer than 255 bytes"
      )
    }
    let made = try form.results(of: file)
    return .done(bytes: made.first?.bytes.count ?? 0, made: made)
  }
}
