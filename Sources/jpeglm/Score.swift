import ArgumentParser
import CodecLM
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

  /// Files that are read and scored together.
  private static let chunk = 256

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    let pool = threads.pool
    if let map { try ResultPlace.check(folder: map) }
    let checkpoint = try Checkpoint(URL(fileURLWithPath: folder))
    let scorer = try Scorer(checkpoint, weights: weights, pool: pool)
    let codec = try checkpoint.codec.makeCodec(maximumPixels: limits.maxPixels)
    let sources = try SourceFile.list(inputs, checkpoint.codec.sources)
    let isVideo = checkpoint.codec.sources == .videos
    let maps = try map.map { try OutputFolder($0).url }
    var (report, totals, skipped) = (Report(), Totals(), [SkippedFile]())
    for first in stride(from: 0, to: sources.count, by: Self.chunk) {
      let chunk = Array(sources[first..<min(first + Self.chunk, sources.count)])
      let read = pool.map(chunk.count) { index in
        Result { try codec.canonicalBytes(of: FileBytes.read(chunk[index].path)) }
      }
      var usable: [(source: SourceFile, stream: [UInt8])] = []
      for (source, result) in zip(chunk, read) {
        switch result {
        case .success(let stream): usable.append((source, stream))
        case .failure(let error):
          let file = SkippedFile(path: source.path, reason: "\(error)")
          progress.note("skipped \(file)")
          skipped.append(file)
        }
      }
      let scores = try scorer.scores(of: usable.map(\.stream))
      for ((source, stream), score) in zip(usable, scores) {
        totals.bits += score.bits
        totals.bytes += score.bytes
        totals.baselineBits += score.baselineBits
        report.files.append(
          .init(
            path: source.path, bits: score.bits, bits_per_byte: score.bitsPerByte,
            baseline_share: score.share, jpeg_share: isVideo ? nil : score.share))
        if let maps { try write(score, stream, source, scorer, checkpoint.codec, to: maps) }
      }
      progress.show(
        "\(Format.count(first + chunk.count)) of \(Format.count(sources.count)) files",
        isFinal: first + chunk.count == sources.count)
      if interrupt.signal != 0 { throw ExitCode(128 + interrupt.signal) }
    }
    guard !report.files.isEmpty else {
      throw TokenStoreError.noUsableImage(
        folder: inputs.joined(separator: ", "), count: sources.count,
        first: Array(skipped.prefix(3)))
    }
    report.images = report.files.count
    report.bits_per_image = totals.bits / Double(report.images)
    report.bits_per_byte = totals.bits / Double(totals.bytes)
    report.baseline_share = totals.bits / Double(totals.baselineBits)
    report.jpeg_share = isVideo ? nil : report.baseline_share
    try show(report, checkpoint.codec, skipped: skipped.count)
  }

  private func write(
    _ score: PictureScore, _ stream: [UInt8], _ source: SourceFile, _ scorer: Scorer,
    _ profile: CodecProfile, to folder: URL
  ) throws {
    let size = profile.unitSize
    let map = HeatMap(
      columns: scorer.codec.unitsPerRow, width: size.width, height: size.height)
    let bits = try scorer.unitBits(score, of: stream)
    let frames = try scorer.codec.frames(of: stream)
    let each = bits.count / frames.count
    let maps = frames.enumerated().map { place, frame in
      map.image(Array(bits[place * each..<(place + 1) * each]), over: frame, top: bits.max())
    }
    let image = PixelImage(sideBySide: maps)
    let target = folder.appendingPathComponent(source.name).deletingPathExtension()
      .appendingPathExtension("jpg")
    try Folders.make(target.deletingLastPathComponent())
    try AtomicFile.write(try image.jpegFile(), to: target)
  }

  private func show(_ report: Report, _ profile: CodecProfile, skipped: Int) throws {
    if json { return try printJSON(report) }
    for file in report.files {
      try printResult(
        """
        \(Format.fixed(file.bits, 1)) bits  \(Format.fixed(file.bits_per_byte, 3)) bits/byte  \
        \(Format.fixed(file.baseline_share, 4)) of \(profile.baselineName)  \(PlainText.line(file.path))
        """)
    }
    try printResult(
      """
      \(Format.count(report.images)) \(profile.noun)s: \
      \(Format.fixed(report.bits_per_image, 1)) bits/\(profile.noun), \
      \(Format.fixed(report.bits_per_byte, 3)) bits/byte, \
      \(Format.fixed(report.baseline_share, 4)) of \(profile.baselineName); \
      \(Format.count(skipped)) skipped
      """)
  }
}
