import CodecLM
import CodecLMEvaluation

/// A report as text for a terminal.
struct EvalTable {
  private let report: EvaluationReport

  init(_ report: EvaluationReport) { self.report = report }

  /// Protocol, files, distances and warnings.
  var text: String {
    var blocks = [lines(protocolLines + report.sets.map(line))]
    if !report.comparisons.isEmpty { blocks.append(distances) }
    if let clips = report.clips { blocks.append(lines(clipLines(clips))) }
    if !report.warnings.isEmpty {
      blocks.append(report.warnings.map(PlainText.line).joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private var protocolLines: [(String, String)] {
    var lines: [(String, String)] = []
    if let features = report.features {
      lines.append(
        (
          "features",
          """
          \(features.network), \(Format.count(features.dimensions)) dimensions, weights \
          \(features.weights.prefix(12)), \(features.resize.summary)
          """
        ))
    }
    if let codec = report.codec { lines.append(("codec", "\(codec)")) }
    if let generation = report.generation {
      lines.append(
        (
          "model",
          """
          \(generation.model): \(Format.count(generation.count)) files requested, \
          \(Format.count(generation.invalid)) invalid, \(Format.count(generation.unfinished)) \
          unfinished; \
          \(generation.sampling.words), seed \(report.seed)
          """
        ))
    }
    return lines
  }

  private func clipLines(_ clips: ClipFigures) -> [(String, String)] {
    func difference(_ motion: ClipFigures.Motion) -> String {
      "\(Format.fixed(motion.meanDifference, 2)) in \(Format.count(motion.clips)) clips"
    }
    func ratio(_ agreement: ClipFigures.Agreement) -> String {
      let frames = agreement.framePSNR.map { Format.fixed($0, 2) }.joined(separator: ", ")
      return """
        \(Format.fixed(agreement.meanPSNR, 2)) dB a frame (\(frames)); \
        \(Format.fixed(agreement.pooledPSNR, 2)) dB of the mean error
        """
    }
    var lines = [
      ("frame to frame, real", difference(clips.realMotion)),
      ("frame to frame, generated", difference(clips.generatedMotion)),
    ]
    if let continuation = clips.continuation, let repetition = clips.repetition {
      lines += [
        ("PSNR, continued from frame \(clips.kept)", ratio(continuation)),
        ("PSNR, frame \(clips.kept) repeated", ratio(repetition)),
      ]
    }
    return lines
  }

  private func line(_ set: EvaluationReport.Source) -> (String, String) {
    guard let validity = set.validity else { return (set.name, set.origin) }
    var parts = [
      "\(Format.count(validity.decoded)) of \(Format.count(validity.files)) files decode"
    ]
    if !validity.warnings.isEmpty {
      parts.append("\(Format.count(validity.warnings.count)) with a warning")
    }
    if let bits = set.bitsPerImage { parts.append("\(Format.fixed(bits, 1)) bits each") }
    return (set.name, "\(set.origin): \(parts.joined(separator: ", "))")
  }

  private func lines(_ pairs: [(String, String)]) -> String {
    let width = pairs.map(\.0.count).max() ?? 0
    return pairs.map { "\(padded($0.0, width))  \(PlainText.line($0.1))" }.joined(separator: "\n")
  }

  private var distances: String {
    let name = report.features?.distanceName ?? "Fréchet distance"
    let headings = ["", name, "kernel × 1000", "± in subsets", "precision", "recall"]
    let rows = report.comparisons.map { comparison -> [String] in
      let kernel = comparison.kernelDistance
      let shares = comparison.shares
      return [
        "\(comparison.set), against \(comparison.reference)",
        Format.fixed(comparison.frechetDistance, 2),
        kernel.map { Format.fixed(1_000 * $0.value, 2) } ?? "–",
        kernel.map { Format.fixed(1_000 * $0.deviation, 2) } ?? "–",
        shares.map { Format.fixed($0.precision, 3) } ?? "–",
        shares.map { Format.fixed($0.recall, 3) } ?? "–",
      ]
    }
    let table = [headings] + rows
    let widths = headings.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      row.enumerated().map { column, cell in
        column == 0 ? padded(cell, widths[0]) : padded(cell, widths[column], isNumber: true)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func padded(_ text: String, _ width: Int, isNumber: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return isNumber ? space + text : text + space
  }
}
