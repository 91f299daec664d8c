public import ArgumentParser
public import CodecLM
import CodecLMEvaluation
import Foundation

extension WeightFormat: ExpressibleByArgument {}
extension CacheFormat: ExpressibleByArgument {}
extension Checkpoint.Storage: ExpressibleByArgument {}
extension LlamaConfiguration.Preset: ExpressibleByArgument {}
extension FeatureResize: ExpressibleByArgument {}

/// What files may cost.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Refuse pictures and video frames with more pixels than this before they are decoded. The limit of \
      video frames is at most 33177600, 7680 × 4320. A pixel takes up to 7 bytes of memory.
      """,
      valueName: "count"))
  var maxPixels = PixelImage.usualMaximumPixels

  func validate() throws {
    guard maxPixels >= 1 else {
      throw ValidationError("--max-pixels \(maxPixels) is not at least 1.")
    }
  }
}

/// How many threads work.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: "Number of threads; by default one for each processor. Results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads) is outside 1 … 1024.")
    }
  }

  var pool: WorkerPool { threads.map { WorkerPool(threads: $0) } ?? .shared }
}
