import ArgumentParser
import CodecLM
import Foundation

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training and decoding beside what the machine can do.",
    discussion: """
      Prints tokens a second, each beside its limit measured in the same run: for training \
      OpenBLAS's rate on large square products, for decoding the rate of reading memory of the \
      model's size. Standing models: T (256 wide, 6 layers) and S (512 wide, 8 layers).

        jpeglm bench --config T
        jpeglm bench --config model/config.json --batch 4 --context 512 --only training --json
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case training, decoding
  }

  @Option(help: "T, S, or a JSON file with Hugging Face's field names.")
  var config = "T"

  @Option(help: "Measure training or decoding only.")
  var only: Part?

  @Option(help: "Rows of a training batch.")
  var batch: Int?

  @Option(help: "Positions of a row.")
  var context: Int?

  @Option(help: "Seconds for each measurement.")
  var seconds = 5.0

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Recompute activations in training's backward pass, as train --recompute does.")
  var recompute = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch) is not at least 1.") }
    if let context, context < 2 {
      throw ValidationError("--context \(context) is not at least 2.")
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
      var read_gigabytes_per_second: Double?
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
    }
    var machine: Machine
    var limits = Limits()
    var training: Training?
    var decoding: [Decoding]?
  }

  func run() throws {
    let pool = threads.pool
    var (model, rows) = try standingModel()
    let length = context ?? model.contextLength
    model.contextLength = max(model.contextLength, length)
    rows = batch ?? rows
    var benchmark = try Benchmark(model, batch: rows, context: length, pool: pool)
    benchmark.seconds = seconds
    benchmark.recomputes = recompute
    var report = Report(
      machine: .init(threads: pool.threads, simd: BLAS.simdName, openblas: BLAS.kernelName))
    if only != .decoding {
      let peak = try MachineLimits.productRate(pool: pool)
      let result = try benchmark.training()
      report.limits.sgemm_gflops = peak / 1e9
      report.training = .init(
        batch: rows, context: length, tokens_per_second: result.tokensPerSecond,
        gflops: result.rate / 1e9, share_of_peak: result.rate / peak)
    }
    if only != .training {
      let peak = try MachineLimits.readRate(bytes: benchmark.parameterBytes, pool: pool)
      report.limits.read_gigabytes_per_second = peak / 1e9
      report.decoding = try [1, 16].map { streams in
        let result = try benchmark.decoding(streams: streams)
        return .init(
          weights: "f32", streams: streams, tokens_per_second: result.tokensPerSecond,
          share_of_bandwidth: result.rate / peak)
      }
    }
    if json { return try printJSON(report) }
    show(report, model)
  }

  private func standingModel() throws -> (LlamaConfiguration, rows: Int) {
    switch config {
    case "T": (.preset(.micro, vocabulary: 320, contextLength: 512), 8)
    case "S": (.preset(.small, vocabulary: 320, contextLength: 2_048), 2)
    default: (try LlamaConfiguration(contentsOf: URL(fileURLWithPath: config)), 1)
    }
  }

  private func show(_ report: Report, _ model: LlamaConfiguration) {
    print(
      """
      machine   \(report.machine.threads) threads, \(report.machine.simd), OpenBLAS \
      \(report.machine.openblas)
      model     \(Format.count(model.parameterCount)) parameters
      """)
    if let training = report.training, let peak = report.limits.sgemm_gflops {
      print(
        """
        training  \(Format.count(Int(training.tokens_per_second))) tokens/s at \
        \(training.batch) × \(training.context): \(Format.fixed(training.gflops, 0)) GFLOP/s, \
        \(Format.fixed(100 * training.share_of_peak, 0)) % of sgemm's \(Format.fixed(peak, 0))
        """)
    }
    for decoding in report.decoding ?? [] {
      print(
        """
        decoding  \(Format.count(Int(decoding.tokens_per_second))) tokens/s with \
        \(decoding.streams) stream\(decoding.streams == 1 ? "" : "s"): \
        \(Format.fixed(100 * decoding.share_of_bandwidth, 0)) % of the \
        \(Format.fixed(report.limits.read_gigabytes_per_second ?? 0, 0)) GB/s that memory of the \
        model's size is read with
        """)
    }
  }
}
