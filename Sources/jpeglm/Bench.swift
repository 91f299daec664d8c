import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training and decoding beside what the machine can do.",
    discussion: """
      Prints tokens a second, each beside its limit measured in the same run: for training \
      OpenBLAS's rate on large square products (and, for comparison, on the products of the \
      step), for decoding the rate of reading memory of the weights' size; and what holding 16 \
      streams to the JPEG grammar takes of the time of sampling. Standing models: T \
      (256 wide, 6 layers) and S (512 wide, 8 layers). With a trained model and images, also the \
      bits it spends on an image with each format of the weights.

        jpeglm bench --config T
        jpeglm bench --config model/config.json --batch 4 --context 512 --only training --json
        jpeglm bench --config run --images photos --only decoding
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case training, decoding
  }

  @Option(
    help: "T, S, a JSON file with Hugging Face's field names, or a training run's folder.")
  var config = "T"

  @Option(help: "Measure training or decoding only.")
  var only: Part?

  @Option(help: "Rows of a training batch.")
  var batch: Int?

  @Option(help: "Positions of a row.")
  var context: Int?

  @Option(
    help: ArgumentHelp(
      "Say what each format of the weights costs on the first 32 pictures here; --config names a run.",
      valueName: "folder"))
  var images: String?

  @Option(help: "Seconds for each measurement.")
  var seconds = 5.0

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Recompute activations in training's backward pass, as train --recompute does.")
  var recompute = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch) is not at least 1.") }
    if let batch, batch > 65_536 { throw ValidationError("--batch \(batch) is more than 65536.") }
    if let context, !(2...1_048_576).contains(context) {
      throw ValidationError("--context \(context) is outside 2 … 1048576.")
    }
    if images != nil, ["T", "S"].contains(config) {
      throw ValidationError("--images needs a trained model: name its run with --config.")
    }
    guard seconds > 0, seconds <= 3_600 else {
      throw ValidationError("--seconds \(seconds) is not above 0 and at most 3600.")
    }
  }

  private struct Report: Encodable {
    struct Machine: Encodable {
      var threads: Int
      var simd: String
      var openblas: String
    }
    struct Limits: Encodable {
      var sgemm_gflops: Double?
      var sgemm_step_gflops: Double?
      /// By format of the weights, for memory of their size.
      var read_gigabytes_per_second: [String: Double] = [:]
    }
    struct Training: Encodable {
      var batch: Int
      var context: Int
      var tokens_per_second: Double
      var gflops: Double
      var share_of_peak: Double
    }
    struct Decoding: Encodable {
      var weights: String
      var streams: Int
      var tokens_per_second: Double
      var share_of_bandwidth: Double
      var bits_per_image: Double?
      /// Of them read in parts, as they are longer than the model's context.
      var divided_images: Int?
    }
    struct Constraint: Encodable {
      var streams: Int
      var tokens_per_second: Double
      var free_tokens_per_second: Double
      var share: Double
    }
    var machine: Machine
    var limits = Limits()
    var training: Training?
    var decoding: [Decoding]?
    var constraint: Constraint?
  }

  func run() throws {
    let pool = threads.pool
    let (benchmark, sequences) = try subject(pool)
    var report = Report(
      machine: .init(threads: pool.threads, simd: BLAS.simdName, openblas: BLAS.kernelName))
    // Decoding first, for training changes the model.
    // What is measured is shown at once, so that it is not lost when the next part fails.
    if !json { try show(report.machine, benchmark.parameterCount) }
    if only != .training {
      try measureDecoding(benchmark, sequences, pool, &report)
      try measureConstraint(benchmark, pool, &report)
      if !json { try showDecoding(report) }
    }
    if only != .decoding {
      try measureTraining(benchmark, pool, &report)
      if !json { try showTraining(report) }
    }
    if json { try printJSON(report) }
  }

  private func measureTraining(
    _ benchmark: Benchmark, _ pool: WorkerPool, _ report: inout Report
  ) throws {
    let peak = try MachineLimits.productRate(pool: pool)
    report.limits.sgemm_gflops = peak / 1e9
    report.limits.sgemm_step_gflops = try benchmark.stepProductRate() / 1e9
    let result = try benchmark.training()
    report.training = .init(
      batch: benchmark.batch, context: benchmark.context,
      tokens_per_second: result.tokensPerSecond, gflops: result.rate / 1e9,
      share_of_peak: result.rate / peak)
  }

  private func measureDecoding(
    _ benchmark: Benchmark, _ sequences: [[Int32]]?, _ pool: WorkerPool, _ report: inout Report
  ) throws {
    let length = benchmark.model.configuration.contextLength
    var rows: [Report.Decoding] = []
    for format in WeightFormat.allCases {
      let weights = try benchmark.weights(format)
      let bits = try sequences.map { try benchmark.bits(of: $0, weights: weights) }
      let peak = try MachineLimits.readRate(bytes: weights.bytesPerPass, pool: pool)
      report.limits.read_gigabytes_per_second[format.rawValue] = peak / 1e9
      for streams in [1, 16] {
        let result = try benchmark.decoding(streams: streams, weights: weights)
        rows.append(
          .init(
            weights: format.rawValue, streams: streams, tokens_per_second: result.tokensPerSecond,
            share_of_bandwidth: result.rate / peak, bits_per_image: bits,
            divided_images: sequences.map { $0.count { $0.count > length + 1 } }))
      }
    }
    report.decoding = rows
  }

  private func measureConstraint(
    _ benchmark: Benchmark, _ pool: WorkerPool, _ report: inout Report
  ) throws {
    let checkpoint =
      try (try? Checkpoint(URL(place: config))) ?? standingCheckpoint(benchmark.model)
    let constraint = ConstraintBenchmark(checkpoint, try benchmark.weights(.f32), pool: pool)
    // Nothing is said of a model whose context has no room for a draw.
    guard let result = try constraint.run() else { return }
    report.constraint = .init(
      streams: constraint.streams, tokens_per_second: result.constrained,
      free_tokens_per_second: result.free, share: result.share)
  }

  /// A model that reads drawn digits of 64 × 64 pixels in colour, with as many tokens as it has.
  private func standingCheckpoint(_ model: Llama) throws -> Checkpoint {
    let codec = try JPEGCodec(JPEGProfile(size: 64, stream: .scan))
    var trainer = BytePairTrainer(vocabulary: max(model.configuration.vocabulary, 258))
    for index in 0..<400 {
      let digit = DrawnDigit(index % 10, seed: 0, index: index)
      trainer.append(try codec.canonicalBytes(of: digit.picture(size: 64)))
    }
    return Checkpoint(model, trainer.train(), .jpeg(codec.profile))
  }

  /// What is measured, and the images' tokens if there are any.
  private func subject(_ pool: WorkerPool) throws -> (Benchmark, [[Int32]]?) {
    var (model, rows) = try standingModel()
    let length = context ?? model.contextLength
    var benchmark: Benchmark
    var sequences: [[Int32]]?
    if let images {
      let checkpoint = try Checkpoint(URL(place: config))
      sequences = try self.sequences(of: images, checkpoint)
      benchmark = try Benchmark(
        checkpoint.model, batch: batch ?? rows, context: min(length, model.contextLength),
        pool: pool)
    } else {
      model.contextLength = max(model.contextLength, length)
      benchmark = try Benchmark(model, batch: batch ?? rows, context: length, pool: pool)
    }
    benchmark.seconds = seconds
    benchmark.recomputes = recompute
    return (benchmark, sequences)
  }

  /// The tokens of the first pictures of a folder that can be read.
  private func sequences(of images: String, _ checkpoint: Checkpoint) throws -> [[Int32]] {
    let folder = try MediaFolder(images, checkpoint.codec.sources)
    let progress = ProgressLine(isQuiet: false)
    var (sequences, skipped) = ([[Int32]](), [SkippedFile]())
    for file in folder.files {
      if sequences.count == Self.pictures { break }
      do {
        sequences.append(try checkpoint.sequence(of: FileBytes.read(folder.path(of: file))))
      } catch {
        skipped.append(SkippedFile(path: file.path, reason: "\(error)"))
        progress.note("skipped \(skipped[skipped.count - 1])")
      }
    }
    guard !sequences.isEmpty else {
      throw StoreError.noUsableImage(
        folder: images, count: skipped.count, first: Array(skipped.prefix(3)))
    }
    return sequences
  }

  private static let pictures = 32

  private func standingModel() throws -> (LlamaConfiguration, rows: Int) {
    switch config {
    case "T": (.preset(.micro, vocabulary: 320, contextLength: 512), 8)
    case "S": (.preset(.small, vocabulary: 320, contextLength: 2_048), 2)
    default: (try LlamaConfiguration(contentsOf: URL(place: config)), 1)
    }
  }

  private func show(_ machine: Report.Machine, _ parameters: Int) throws {
    try printResult(
      """
      machine   \(machine.threads) threads, \(machine.simd), OpenBLAS \(machine.openblas)
      model     \(Format.count(parameters)) parameters
      """)
  }

  private func showTraining(_ report: Report) throws {
    if let training = report.training, let peak = report.limits.sgemm_gflops {
      try printResult(
        """
        training  \(Format.count(Int(training.tokens_per_second))) tokens/s at \
        \(training.batch) × \(training.context): \(Format.fixed(training.gflops, 0)) GFLOP/s, \
        \(Format.fixed(100 * training.share_of_peak, 0)) % of sgemm's \(Format.fixed(peak, 0)) \
        on squares (\(Format.fixed(report.limits.sgemm_step_gflops ?? 0, 0)) on the step's products)
        """)
    }
  }

  private func showDecoding(_ report: Report) throws {
    for row in report.decoding ?? [] {
      let limit = report.limits.read_gigabytes_per_second[row.weights] ?? 0
      let bits = row.bits_per_image.map { ", \(Format.fixed($0, 2)) bits an image" } ?? ""
      try printResult(
        """
        decoding  \(row.weights), \(row.streams) stream\(row.streams == 1 ? "" : "s"): \
        \(Format.count(Int(row.tokens_per_second))) tokens/s, weights read at \
        \(Format.fixed(100 * row.share_of_bandwidth, 0)) % of \(Format.fixed(limit, 0)) GB/s\(bits)
        """)
    }
    if let divided = report.decoding?.first?.divided_images, divided > 0 {
      try printResult(
        "          \(divided) of the images are longer than the context and read in parts")
    }
    if let constraint = report.constraint {
      try printResult(
        """
        sampling  \(constraint.streams) streams held to the grammar: \
        \(Format.count(Int(constraint.tokens_per_second))) tokens/s, free \
        \(Format.count(Int(constraint.free_tokens_per_second))): the grammar takes \
        \(Format.fixed(100 * constraint.share, 1)) %
        """)
    }
  }
}
