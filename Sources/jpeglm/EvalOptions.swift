import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// The form in which real pictures are the reference, where no run says it.
struct ReferenceOptions: ParsableArguments {
  @Option(help: "Crop the real pictures square and resize them to this side first.")
  var size: Int?

  @Option(help: "Also compare with the real pictures through a JPEG codec of this quality.")
  var quality: Int?

  @Option(help: "That codec's chroma subsampling: 4:2:0, 4:2:2, 4:4:4 or grayscale.")
  var subsampling: JPEGProfile.Subsampling?

  func validate() throws {
    if let size, !JPEGProfile.sides.contains(size) {
      throw ValidationError("--size \(size) is outside 1 … 4096.")
    }
    if let quality, !(1...100).contains(quality) {
      throw ValidationError("--quality \(quality) is outside 1 … 100.")
    }
    if quality != nil, size == nil {
      throw ValidationError("--quality needs --size, the side of the generated pictures.")
    }
  }

  var isGiven: Bool { size != nil || quality != nil || subsampling != nil }

  /// The codec, whose quality matters only if it is given.
  func codec(_ limits: LimitOptions) throws -> JPEGCodec? {
    try size.map {
      try JPEGCodec(
        JPEGProfile(
          size: $0, quality: quality ?? 25, subsampling: subsampling ?? .yCbCr420, stream: .scan),
        maximumPixels: limits.maxPixels)
    }
  }
}

/// Where results go.
struct EvalOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Write a page for the browser here.", valueName: "file"))
  var html: String?

  @Option(help: "Write each set's mean and covariance into this folder, as NAME.npz.")
  var saveStatistics: String?

  @Option(help: "Write each set's features into this folder, as NAME.safetensors.")
  var saveFeatures: String?

  @Option(help: "Keep the files that a run writes in this folder.")
  var samples: String?

  @OptionGroup var replacing: ReplacingOptions

  @Flag(help: "Print the result as one JSON object, with the whole protocol.")
  var json = false

  var savesSets: Bool { saveStatistics != nil || saveFeatures != nil }

  /// What could not be written.
  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Looks at all places, before long work.
  ///
  /// - Parameters:
  ///   - names: what the sets may be called.
  ///   - read: files that are read, or folders of them.
  func checkPlaces(ofSets names: [String], reading read: [String]) throws {
    let force = replacing.force
    if let html {
      try ResultPlace.check(
        file: html, force: force, reading: read, by: "eval", isOwn: WrittenPage.isOwn)
    }
    let sets: [(folder: String?, ending: String, isOwn: ([UInt8]) -> Bool)] = [
      (saveStatistics, "npz", StatisticsFile.isOwn),
      (saveFeatures, "safetensors", FeatureFile.isOwn),
    ]
    for (folder, ending, isOwn) in sets {
      guard let folder else { continue }
      try ResultPlace.check(folder: folder)
      for name in names {
        try ResultPlace.check(
          file: "\(folder)/\(Self.fileName(name, ending))", force: force, reading: read,
          isOwn: isOwn)
      }
    }
    if let samples { try ResultPlace.check(folder: samples) }
  }

  /// Writes what was asked for: each thing, whatever becomes of the others.
  func write(_ session: EvalSession) throws {
    var faults: [String] = []
    for part in [show, writeStatistics, writeFeatures, drawPage] {
      do { try part(session) } catch { faults.append("\(error)") }
    }
    if !faults.isEmpty { throw Failure(description: faults.joined(separator: "; ")) }
  }

  private func show(_ session: EvalSession) throws {
    if json {
      try printJSON(session.report)
    } else {
      try printResult(EvalTable(session.report).text)
    }
  }

  private func writeStatistics(_ session: EvalSession) throws {
    if let saveStatistics {
      let folder = try Self.folder(saveStatistics)
      for side in session.sides {
        try StatisticsFile(side.statistics, session.report.features)
          .write(to: folder.appendingPathComponent(Self.fileName(side.name, "npz")))
      }
    }
  }

  private func writeFeatures(_ session: EvalSession) throws {
    if let saveFeatures {
      let folder = try Self.folder(saveFeatures)
      for side in session.sides {
        guard let features = side.features else { continue }
        try FeatureFile(features, session.report.features)
          .write(to: folder.appendingPathComponent(Self.fileName(side.name, "safetensors")))
      }
    }
  }

  private func drawPage(_ session: EvalSession) throws {
    if let html {
      try ResultPlace.write([UInt8](try session.page().page().utf8), to: html, by: "eval")
    }
  }

  private static func folder(_ path: String) throws -> URL {
    try Folders.make(path)
    AtomicFile.removeAbandoned(in: path)
    return URL(place: path)
  }

  private static func fileName(_ name: String, _ ending: String) -> String {
    "\(name.replacingOccurrences(of: " ", with: "-")).\(ending)"
  }
}
