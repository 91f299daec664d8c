import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how many bits a model spends on pictures or videos.",
    discussion: """
      A model that says how likely the next byte is can compress: what it would spend on a picture \
      compares it with any other model, tokenizer and codec. Each picture is brought into the \
      model's canonical form. Printed are bits for each image, bits for each byte of the canonical \
      streams, and the share of what baseline JPEG without restart markers spends on the same \
      pictures: 1.00 is a model that knows no more than JPEG's own Huffman tables. With a model of videos \
      the files are videos, and the share is of what H.264 spends on their slices. With --json the share is \
      baseline_share; of pictures jpeg_share says the same.

        jpeglm score run photos
        jpeglm score run cat.jpg dog.jpg --map maps --json
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Argument(help: "JPEG files or videos, or folders of them.")
  var inputs: [String]

  @Option(
    help: ArgumentHelp(
      "Write each picture here with the bits of each MCU (macroblock) laid over it, dark blue for 0, yellow for the picture's most.",
      valueName: "folder"))
  var map: String?

  @Option(help: "How weights are kept: f32, or f16, bf16 or q8 as sampling may (slower here).")
  var weights = WeightFormat.f32

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @OptionGroup var replacing: ReplacingOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if inputs.isEmpty { throw ValidationError("Name at least one file or folder.") }
  }

  private struct Report: Encodable {
    struct File: Encodable {
      var path: String
      var bits: Double
      var bits_per_byte: Double
      var baseline_share: Double
      var jpeg_share: Double?
    }
    var images = 0
    var bits_per_image = 0.0
    var bits_per_byte = 0.0
    /// Of what the codec without a model spends.
    var baseline_share = 0.0
    /// The same, of pictures only.
    var jpeg_share: Double?
    var files: [File] = []
  }

  private struct Totals {
    var bits = 0.0
    var bytes = 0
    var baselineBits = 0
  }

  /// Files that are scored together.
  private static let portion = 16

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    let pool = threads.pool
    if let map { try ResultPlace.check(folder: map) }
    let checkpoint = try Checkpoint(URL(place: folder))
    let scorer = try Scorer(checkpoint, weights: weights, pool: pool)
    let codec = try checkpoint.codec.makeCodec(maximumPixels: limits.maxPixels)
    var sources = try Sources(inputs, checkpoint.codec.sources)
    try sources.report(to: progress)
    let isVideo = checkpoint.codec.sources == .videos
    var maps = try map.map { try self.maps($0, sources.files) }
    var (report, totals) = (Report(), Totals())
    // Scoring takes longer than reading: few at a time, so that a signal is heard soon.
    try sources.map(atMost: Self.portion, pool, progress, interrupt) { file, _ in
      try codec.canonicalBytes(of: file)
    } then: { streams in
      for ((source, stream), score) in zip(streams, try scorer.scores(of: streams.map(\.output))) {
        totals.bits += score.bits
        totals.bytes += score.bytes
        totals.baselineBits += score.baselineBits
        report.files.append(
          .init(
            path: source.path, bits: score.bits, bits_per_byte: score.bitsPerByte,
            baseline_share: score.share, jpeg_share: isVideo ? nil : score.share))
        guard map != nil else { continue }
        let image = try heatMap(score, stream, scorer, checkpoint.codec)
        try maps?.write([(source.name.replacingEnding(with: "jpg"), try image.sheetFile())])
      }
    }
    try maps.take()?.finish()
    report.images = report.files.count
    report.bits_per_image = totals.bits / Double(report.images)
    report.bits_per_byte = totals.bits / Double(totals.bytes)
    report.baseline_share = totals.bits / Double(totals.baselineBits)
    report.jpeg_share = isVideo ? nil : report.baseline_share
    try show(report, checkpoint.codec, skipped: sources.skipped.count)
  }

  /// The folder for the maps, with a place for each.
  private func maps(_ path: String, _ files: [SourceFile]) throws -> ResultFolder {
    var maps = try ResultFolder(
      path, .init(command: "score", isDerived: true, force: replacing.force), reading: files)
    for file in files { try maps.claim(file.name.replacingEnding(with: "jpg"), from: file.path) }
    return maps
  }

  private func heatMap(
    _ score: PictureScore, _ stream: [UInt8], _ scorer: Scorer, _ profile: CodecProfile
  ) throws -> PixelImage {
    let size = profile.unitSize
    let map = HeatMap(
      columns: scorer.codec.unitsPerRow, width: size.width, height: size.height)
    let bits = try scorer.unitBits(score, of: stream)
    let frames = try scorer.codec.frames(of: stream)
    let each = bits.count / frames.count
    let maps = frames.enumerated().map { place, frame in
      map.image(Array(bits[place * each..<(place + 1) * each]), over: frame, top: bits.max())
    }
    return PixelImage(sideBySide: maps)
  }

  private func show(_ report: Report, _ profile: CodecProfile, skipped: Int) throws {
    if json { return try printJSON(report) }
    for file in report.files {
      try printResult(
        """
        \(Format.fixed(file.bits, 1)) bits  \
        \(Format.fixed(file.baseline_share, 4)) of \(profile.baselineName)  \
        \(Format.fixed(file.bits_per_byte, 3)) bits/\(profile.byteName)  \(PlainText.line(file.path))
        """)
    }
    try printResult(
      """
      \(Format.count(report.images)) \(profile.noun)s: \
      \(Format.fixed(report.bits_per_image, 1)) bits/\(profile.noun), \
      \(Format.fixed(report.baseline_share, 4)) of \(profile.baselineName), \
      \(Format.fixed(report.bits_per_byte, 3)) bits/\(profile.byteName); \
      \(Format.count(skipped)) skipped
      """)
  }
}
