import Foundation

/// `metrics.jsonl`: a line for every few steps, with their means, and a line for every validation.
struct MetricsFile: Sendable {
  /// A line of the file.
  struct Line: Codable {
    var step: Int
    var loss: Double?
    var bits_per_byte: Double?
    var tokens_per_second: Double?
    var learning_rate: Float?
    var gradient_norm: Double?
    var seconds: Double
    var tokens: Int?
    var images: Int?
    var validation_loss: Double?
    var validation_bits_per_byte: Double?
    var validation_bits_per_image: Double?
    var validation_baseline_share: Double?
    var validation_images: Int?
  }

  private let url: URL
  private var steps: [Trainer.Step] = []
  private var seconds = 0.0

  /// Opens a run's metrics and drops lines past `step`, which a resumed run makes again; all lines if
  /// there is none.
  init(_ folder: URL, keepingUpTo step: Int?) throws {
    url = Self.url(in: folder)
    let old = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    let decoder = JSONDecoder()
    let kept = old.split(separator: "\n").filter { text in
      guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)) else { return false }
      guard let step, line.step <= step else { return false }
      seconds = line.seconds
      return true
    }
    try AtomicFile.write([UInt8](kept.map { $0 + "\n" }.joined().utf8), to: url)
  }

  mutating func add(_ step: Trainer.Step, isLast: Bool, every count: Int) throws {
    seconds += step.seconds
    // What is not finite is in no mean.
    if step.fault == nil { steps.append(step) }
    if steps.count >= count || isLast { try flush() }
  }

  /// Writes the line of the steps since the last one, if there are any.
  mutating func flush() throws {
    guard let step = steps.last else { return }
    func mean(_ value: (Trainer.Step) -> Double) -> Double {
      steps.reduce(0) { $0 + value($1) } / Double(steps.count)
    }
    let (tokens, time) = (steps.reduce(0) { $0 + $1.tokens }, steps.reduce(0) { $0 + $1.seconds })
    try append(
      Line(
        step: step.step, loss: mean(\.loss), bits_per_byte: mean(\.bitsPerByte),
        tokens_per_second: Double(tokens) / time, learning_rate: step.learningRate,
        gradient_norm: mean(\.gradientNorm), seconds: seconds, tokens: tokens))
    steps.removeAll(keepingCapacity: true)
  }

  mutating func add(_ validation: Trainer.Validation, _ state: Trainer.State) throws {
    try append(
      Line(
        step: state.step, seconds: state.seconds, tokens: state.tokens, images: state.images,
        validation_loss: validation.loss, validation_bits_per_byte: validation.bitsPerByte,
        validation_bits_per_image: validation.bitsPerImage,
        validation_baseline_share: validation.baselineShare,
        validation_images: validation.images))
  }

  /// The whole lines of a run's metrics.
  ///
  /// - Throws: ``FileError`` when there are none.
  static func lines(in folder: URL) throws -> [Line] {
    let url = url(in: folder)
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw FileError.cannotRead(path: url.path, reason: "no metrics of a training run")
    }
    let decoder = JSONDecoder()
    return text.split(separator: "\n").compactMap {
      try? decoder.decode(Line.self, from: Data($0.utf8))
    }
  }

  private static func url(in folder: URL) -> URL {
    folder.appendingPathComponent("metrics.jsonl")
  }

  private func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      let handle = try FileHandle(forWritingTo: url)
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: try encoder.encode(line) + [0x0a])
    } catch {
      throw FileError.malformed(path: url.path, reason: "cannot append to it: \(error)")
    }
  }
}
