import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct TrainTokenizer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn which strings of bytes become tokens of their own.",
    discussion: """
      Byte-pair encoding on the canonical bytes of a folder's JPEG files, each one word: the most \
      frequent pair of neighbours becomes a token, again and again (with --inside-symbols, of neighbours \
      in one symbol). Writes Hugging Face's \
      tokenizer.json, in which byte b is the character U+2800 + b. The canonical form must be the \
      one that the model will read; 320 is the paper's vocabulary.

        jpeglm train-tokenizer photos --size 64 --vocabulary 320 --out tokenizer.json
        jpeglm train photos --size 64 --tokenizer tokenizer.json --out run
      """)

  @Argument(help: "Folder of JPEG files or videos; subfolders are searched.")
  var images: String

  @Option(name: .customLong("out"), help: "The tokenizer's file.")
  var output: String

  @OptionGroup var vocabulary: VocabularyOptions

  @OptionGroup(title: "Canonical form")
  var profile: ProfileOptions

  @Option(
    help: """
      What the model reads of each file: full, abbreviated (no tables), scan (no headers, the default) or \
      symbols (coefficients without their Huffman codes); of videos slices, the default, or annexb.
      """)
  var stream: StreamChoice?

  @Flag(help: "With --stream symbols: a token for each frequent symbol, none that holds several.")
  var insideSymbols = false

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @OptionGroup var replacing: ReplacingOptions

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    try profile.check(streamChoice)
    if insideSymbols, streamChoice != .image(.symbols) {
      throw ValidationError("--inside-symbols is for --stream symbols.")
    }
  }

  private var streamChoice: StreamChoice {
    stream ?? (profile.isVideo ? .video(.slices) : .image(.scan))
  }

  private struct Report: Encodable {
    var images: Int
    var bytes: Int
    var vocabulary: Int
    var trainingSeconds: Double
    var bytesPerToken: Double
    var encodingMegabytesPerSecond: Double

    private enum CodingKeys: String, CodingKey {
      case images, bytes, vocabulary
      case trainingSeconds = "training_seconds"
      case bytesPerToken = "bytes_per_token"
      case encodingMegabytesPerSecond = "encoding_megabytes_per_second"
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    let progress = progress.line
    try ResultPlace.check(file: output, force: replacing.force, by: "train-tokenizer")
    let sources = try MediaFolder(images, profile.kind, maximumPixels: limits.maxPixels)
    progress.noteLeftOut(sources.leftOut)
    for file in sources.unreadable { progress.note("skipped \(file)") }
    try ResultPlace.check(
      file: output, force: replacing.force, reading: sources.files.map(sources.path),
      by: "train-tokenizer")
    let chosen = profile.profile(for: sources, stream: streamChoice, threads.pool)
    progress.note(chosen.description)
    let recipe = vocabulary.recipe(insideSymbols: insideSymbols, chosen.profile)
    let wanted = min(vocabulary.images, sources.files.count)
    let sample = try StreamSample(of: sources, chosen.profile, recipe.limits, pool: threads.pool) {
      progress.show(
        "learning tokens: \(chosen.profile.noun) \(Format.count($0)) of \(Format.count(wanted))",
        isFinal: false)
      try interrupt.check()
    }
    for file in sample.skipped.prefix(5) { progress.note("skipped \(file)") }
    let (tokenizer, report) = try measure(sample, recipe, chosen.profile)
    try ResultPlace.write(tokenizer.file.bytes, to: output, by: "train-tokenizer")
    if json { return try printJSON(report) }
    try printResult(
      """
      \(Format.count(report.vocabulary)) tokens: \(tokenizer)
      learnt from \(Format.count(report.images)) files, \(Format.bytes(report.bytes)), in \
      \(Format.fixed(report.trainingSeconds, 2)) s on one thread
      \(Format.fixed(report.bytesPerToken, 3)) bytes a token on these; encodes \
      \(Format.fixed(report.encodingMegabytesPerSecond, 0)) MB/s on one thread
      wrote \(PlainText.line(output))
      """)
  }

  private func measure(
    _ sample: StreamSample, _ recipe: TokenizerRecipe, _ profile: CodecProfile
  ) throws -> (Tokenizer, Report) {
    let clock = ContinuousClock()
    let start = clock.now
    let tokenizer = try recipe.tokenizer(from: sample, profile)
    let trained = clock.now
    let tokens = sample.streams.reduce(0) { $0 + tokenizer.encode($1).count }
    let encoded = clock.now
    let bytes = sample.byteCount
    return (
      tokenizer,
      Report(
        images: sample.streams.count, bytes: bytes, vocabulary: tokenizer.count,
        trainingSeconds: (trained - start) / .seconds(1),
        bytesPerToken: Double(bytes) / Double(max(tokens, 1)),
        encodingMegabytesPerSecond: Double(bytes) / 1e6 / ((encoded - trained) / .seconds(1)))
    )
  }
}

/// How a tokenizer is learnt.
struct VocabularyOptions: ParsableArguments {
  @Option(
    name: .customLong("vocabulary"),
    help: """
      Size of the vocabulary, the 256 bytes and two special tokens included; 320 by default, 1,024 for \
      symbols and videos.
      """)
  var wanted: Int?

  @Option(
    name: .customLong("tokenizer-images"), help: "Images to learn tokens from, drawn at random.")
  var images = 10_000

  /// How a tokenizer of streams of a profile is learnt.
  func recipe(insideSymbols: Bool, _ profile: CodecProfile) -> TokenizerRecipe {
    var recipe = TokenizerRecipe(insideSymbols: insideSymbols, for: profile)
    if let wanted { recipe.vocabulary = wanted }
    recipe.limits.images = images
    return recipe
  }

  func validate() throws {
    if let wanted, !(258...Tokenizer.largestVocabulary).contains(wanted) {
      throw ValidationError(
        "--vocabulary \(wanted) is outside 258 … \(Tokenizer.largestVocabulary).")
    }
    guard images >= 1 else {
      throw ValidationError("--tokenizer-images \(images) is not above 0.")
    }
  }
}

/// Where a run's tokens come from.
enum TokenizerChoice: ExpressibleByArgument, Equatable {
  case bytes
  /// By byte-pair encoding, of whole streams or inside symbols.
  case learnt(insideSymbols: Bool)
  case file(String)

  /// Whether tokens are learnt from the images.
  var isLearnt: Bool { if case .learnt = self { true } else { false } }

  init?(argument: String) {
    switch argument {
    case "bytes": self = .bytes
    case "bpe": self = .learnt(insideSymbols: false)
    case "symbols": self = .learnt(insideSymbols: true)
    case "": return nil
    default: self = .file(argument)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .bytes: "bytes"
    case .learnt(let insideSymbols): insideSymbols ? "symbols" : "bpe"
    case .file(let path): path
    }
  }
}
