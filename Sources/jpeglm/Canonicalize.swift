import ArgumentParser
import CodecLM
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
    case done(bytes: Int)
    case unreadable(any Error)
    case failed(any Error)
  }

  /// Side without `--size`: the paper's.
  private static let defaultSide = 256
  private static let chunk = 256

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    let pool = threads.pool
    let sources = try SourceFile.list(inputs, profile.kind)
    let form = try CanonicalForm(
      profileChoice, keepsSize: keepsSize, maximumPixels: limits.maxPixels)
    if let output {
      try check(sources, output, form)
      _ = try OutputFolder(output)
    }
    var report = Report(files: 0, skipped: [], bytes: 0, imagesPerSecond: 0)
    var skipped: [SkippedFile] = []
    let start = ContinuousClock.now
    for first in stride(from: 0, to: sources.count, by: Self.chunk) {
      let chunk = sources[first..<min(first + Self.chunk, sources.count)]
      let outcomes = pool.map(chunk.count) { canonicalize(chunk[first + $0], form) }
      for (source, outcome) in zip(chunk, outcomes) {
        switch outcome {
        case .done(let bytes):
          report.files += 1
          report.bytes += bytes
        case .unreadable(let error):
          let file = SkippedFile(path: source.path, reason: "\(error)")
          if strict { throw file }
          progress.note("skipped \(file)")
          skipped.append(file)
        case .failed(let error): throw error
        }
      }
      progress.show(
        "\(Format.count(chunk.endIndex)) of \(Format.count(sources.count)) files",
        isFinal: chunk.endIndex == sources.count)
      if interrupt.signal != 0 { throw ExitCode(128 + interrupt.signal) }
    }
    report.imagesPerSecond = Double(report.files) / ((ContinuousClock.now - start) / .seconds(1))
    guard report.files > 0 else {
      if let output { Folders.removeIfEmpty(URL(fileURLWithPath: output)) }
      throw TokenStoreError.noUsableImage(
        folder: inputs.joined(separator: ", "), count: sources.count,
        first: Array(skipped.prefix(3)))
    }
    report.skipped = skipped.map(\.description)
    if json {
      try printJSON(report)
    } else {
      print(
        """
        \(Format.count(report.files)) files \(output.map { "written to \($0)" } ?? "are accepted"), \
        \(Format.count(report.bytes / max(report.files, 1))) bytes on average; \
        \(Format.count(report.skipped.count)) skipped; \
        \(Format.count(Int(report.imagesPerSecond))) images/s on \(pool.threads) \
        thread\(pool.threads == 1 ? "" : "s")
        """)
    }
  }

  /// Refuses results that would replace each other, or a file that is read.
  private func check(
    _ sources: [SourceFile], _ output: String, _ form: CanonicalForm
  ) throws {
    var seen: [String: String] = [:]
    let read = Dictionary(
      sources.map { (URL(fileURLWithPath: $0.path).standardizedFileURL, $0.path) },
      uniquingKeysWith: { first, _ in first })
    for source in sources {
      for ending in form.endings {
        let target = target(source.name, output, ending)
        if let other = seen.updateValue(source.path, forKey: target.path) {
          throw ValidationError("\(other) and \(source.path) would both become \(target.path).")
        }
        if let path = read[target.standardizedFileURL] {
          throw ValidationError("\(path) would be replaced; give another --out.")
        }
      }
    }
  }

  private func target(_ name: String, _ output: String, _ ending: String) -> URL {
    URL(fileURLWithPath: output).appendingPathComponent(name).deletingPathExtension()
      .appendingPathExtension(ending)
  }

  private func canonicalize(_ source: SourceFile, _ form: CanonicalForm) -> Outcome {
    do {
      let file = try FileBytes.read(source.path)
      guard let output else {
        let (stream, codec) = try form.stream(of: file)
        return check(stream, codec, source)
      }
      return write(try form.results(of: file), source, output)
    } catch {
      return .unreadable(error)
    }
  }

  private func check(_ stream: [UInt8], _ codec: any Codec, _ source: SourceFile) -> Outcome {
    do {
      try codec.check(stream)
      return .done(bytes: stream.count)
    } catch {
      return .failed(SkippedFile(path: source.path, reason: "\(error)"))
    }
  }

  private func write(
    _ results: [(ending: String, bytes: [UInt8])], _ source: SourceFile, _ output: String
  ) -> Outcome {
    do {
      for (ending, bytes) in results {
        let target = target(source.name, output, ending)
        try Folders.make(target.deletingLastPathComponent())
        try AtomicFile.write(bytes, to: target)
      }
      return .done(bytes: results.first?.bytes.count ?? 0)
    } catch {
      return .failed(error)
    }
  }
}
