public import ArgumentParser
public import CodecLM
import Foundation

extension JPEGProfile.Subsampling: ExpressibleByArgument {}
extension JPEGProfile.Stream: ExpressibleByArgument {}
extension WeightFormat: ExpressibleByArgument {}
extension CacheFormat: ExpressibleByArgument {}
extension Checkpoint.Storage: ExpressibleByArgument {}
extension LlamaConfiguration.Preset: ExpressibleByArgument {}
extension FeatureResize: ExpressibleByArgument {}

/// What a canonical stream is.
struct ProfileOptions: ParsableArguments {
  @Option(help: "Side of the square pictures, 1 to 4096 pixels.")
  var size: Int?

  @Option(name: .customLong("quality"), help: "JPEG quality, 1 to 100; 25 by default.")
  var wantedQuality: Int?

  @Option(help: "Chroma subsampling: 4:2:0, 4:2:2, 4:4:4 or grayscale.")
  var subsampling: JPEGProfile.Subsampling?

  @Option(
    name: .customLong("restart"),
    help: "MCUs between restart markers; 0, the default, for none; 1 is the paper's.")
  var wantedRestart: Int?

  private var quality: Int { wantedQuality ?? 25 }
  private var restart: Int { wantedRestart ?? 0 }

  func validate() throws {
    if let size, !JPEGProfile.sides.contains(size) {
      throw ValidationError("--size \(size) is outside 1 … 4096.")
    }
    guard (1...100).contains(quality) else {
      throw ValidationError("--quality \(quality) is outside 1 … 100.")
    }
    guard (0...65_535).contains(restart) else {
      throw ValidationError("--restart \(restart) is outside 0 … 65535.")
    }
  }

  /// The profile for pictures of which nothing was said, `side` and color as given.
  func profile(
    side: Int, isGrayscale: Bool, stream: JPEGProfile.Stream
  ) -> JPEGProfile {
    JPEGProfile(
      size: size ?? side, quality: quality,
      subsampling: subsampling ?? (isGrayscale ? .grayscale : .yCbCr420),
      restartInterval: restart, stream: stream)
  }
}

extension ProfileOptions {
  /// The profile for a folder, chosen after a look at some of its pictures, in data and in words.
  func profile(
    for sources: ImageFolder, stream: JPEGProfile.Stream, _ pool: WorkerPool
  ) -> (profile: JPEGProfile, description: String) {
    let survey = ImageSurvey(sources, pool: pool)
    let chosen = profile(
      side: survey.suggestedSide, isGrayscale: survey.isGrayscale, stream: stream)
    let restart =
      chosen.restartInterval == 0
      ? "no restart markers" : "a restart marker every \(chosen.restartInterval) MCU"
    let description = """
      \(Format.count(sources.files.count)) files, median short side \(survey.medianSide) px, \
      \(survey.isGrayscale ? "grayscale" : "colour") → \(chosen.width) × \(chosen.height), \
      \(chosen.subsampling.rawValue), quality \(chosen.quality), \(restart), \
      \(chosen.stream.rawValue) streams
      """
    return (chosen, description)
  }
}

/// What files may cost.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse files of more pixels before they are decoded. A pixel takes up to 7 bytes of memory.",
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
  @Option(help: "Threads; by default one for each processor. Results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads) is outside 1 … 1024.")
    }
  }

  var pool: WorkerPool { threads.map { WorkerPool(threads: $0) } ?? .shared }
}

/// Writes a value as one JSON object on standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
