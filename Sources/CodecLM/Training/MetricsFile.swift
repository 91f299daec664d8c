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

  /// Opens a run's metrics and drops lines past `step`, which a resumed run makes again; all if `nil`.
  ///
  /// Lines that cannot be read stay as they are, but for a last one without its end, which a killed
  /// process left.
  ///
  /// - Throws: ``FileError`` when there are metrics that cannot be read or written.
  init(_ folder: URL, keepingUpTo step: Int?) throws {
    url = Self.url(in: folder)
    var kept: [UInt8] = []
    if let step, FolderListing.kind(of: url.path) != .missing {
      for text in try Self.texts(of: url) {
        if let line = Self.line(text), line.step > step { continue }
        kept += text
        kept.append(Self.newLine)
      }
    }
    try AtomicFile.write(kept, to: url)
  }

  /// Adds a step at whose end the run has taken so many seconds.
  mutating func add(
    _ step: Trainer.Step, at seconds: Double, isLast: Bool, every count: Int
  ) throws {
    self.seconds = seconds
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
        tokens_per_second: Double(tokens) / max(time, 1e-9), learning_rate: step.learningRate,
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

  /// The lines of a run's metrics, and how many whole ones cannot be read.
  ///
  /// - Throws: ``FileError`` when there are no metrics or they cannot be read.
  static func lines(in folder: URL) throws(FileError) -> (lines: [Line], unreadable: Int) {
    let url = url(in: folder)
    guard FolderListing.kind(of: url.path) != .missing else {
      throw .cannotRead(path: url.path, reason: RunFault.noMetrics)
    }
    let texts = try texts(of: url)
    let lines = texts.compactMap(line)
    return (lines, texts.count - lines.count)
  }

  private static let newLine = UInt8(ascii: "\n")

  /// The bytes of the lines that are not empty; of the last only if it is whole.
  private static func texts(of url: URL) throws(FileError) -> [ArraySlice<UInt8>] {
    let bytes = try FileBytes.read(url.path, limit: .max)
    var texts = bytes.split(separator: newLine)
    // A file may have been written by hand, without an end to its last line.
    if let last = texts.last, bytes.last != newLine, line(last) == nil { texts.removeLast() }
    return texts
  }

  private static func line(_ text: ArraySlice<UInt8>) -> Line? {
    try? JSONDecoder().decode(Line.self, from: Data(text))
  }

  static func url(in folder: URL) -> URL {
    folder.appendingPathComponent("metrics.jsonl")
  }

  private func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AppendedFile.append([UInt8](try encoder.encode(line)) + [0x0a], path: url.path)
  }
}
