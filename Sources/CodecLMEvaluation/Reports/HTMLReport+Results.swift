import CodecLM

extension HTMLReport {
  /// The distances as bars, and as a table with everything else.
  func results() -> String {
    guard !report.comparisons.isEmpty else { return "" }
    let largest = report.comparisons.map(\.frechetDistance).max() ?? 0
    let bars = report.comparisons.map { comparison in
      let share = largest > 0 ? 100 * comparison.frechetDistance / largest : 0
      return """
        <div class="bar"><span class="label">\(HTML.escaped(comparison.set)) <small>against \
        \(HTML.escaped(comparison.reference))</small></span>\
        <span class="value">\(Format.fixed(comparison.frechetDistance, 2))</span>\
        <span class="track"><span style="width: \(Format.fixed(share, 1))%"></span></span></div>
        """
    }
    let rows = report.comparisons.map { comparison -> [String] in
      let kernel = comparison.kernelDistance
      let shares = comparison.shares
      return [
        HTML.escaped(comparison.set), HTML.escaped(comparison.reference),
        HTML.count(comparison.count), HTML.count(comparison.referenceCount),
        Format.fixed(comparison.frechetDistance, 2),
        kernel.map { Format.fixed(1_000 * $0.value, 2) } ?? "–",
        kernel.map {
          "\(Format.fixed(1_000 * $0.mean, 2)) ± \(Format.fixed(1_000 * $0.deviation, 2))"
        } ?? "–",
        shares.map { Format.fixed($0.precision, 3) } ?? "–",
        shares.map { Format.fixed($0.recall, 3) } ?? "–",
      ]
    }
    let headings = [
      "set", "against", "pictures", "of reference", distanceName, "kernel distance × 1,000",
      "in subsets × 1,000", "precision", "recall",
    ]
    return HTML.section(
      distanceName,
      """
      <div class="bars">\(bars.joined(separator: "\n"))</div>
      <p>Less is nearer. The distance of the real pictures from themselves through the codec is what \
      the codec alone costs; a model that writes such files is measured fairly against pictures that \
      went the same way.</p>
      \(HTML.table(headings, rows, textColumns: 2))
      """)
  }

  /// How clips move and go on.
  func clips() -> String {
    guard let clips = report.clips else { return "" }
    var lines = [
      ("real, frame to frame", Format.fixed(clips.realMotion.meanDifference, 2)),
      ("generated, frame to frame", Format.fixed(clips.generatedMotion.meanDifference, 2)),
    ]
    if let continuation = clips.continuation, let repetition = clips.repetition {
      lines += [
        (
          "PSNR, continued from frame \(clips.kept)",
          "\(Format.fixed(continuation.meanPSNR, 2)) dB"
        ),
        ("PSNR, frame \(clips.kept) repeated", "\(Format.fixed(repetition.meanPSNR, 2)) dB"),
      ]
    }
    return HTML.section(
      "Movement",
      """
      <p>Mean absolute difference of the samples, 0 to 255, of successive frames; PSNR is the mean of \
      the frames' ratios against those that really came.</p>
      \(HTML.definitions(lines))
      """)
  }

  /// Everything that makes the numbers repeatable.
  func settings() -> String {
    var lines: [(String, String)] = []
    if let features = report.features {
      lines += [
        ("network", features.network), ("weights (SHA-256)", features.weights),
        ("features", "\(features.dimensions)"), ("resizing", features.resize.summary),
      ]
    }
    if let codec = report.codec { lines.append(("codec", "\(codec)")) }
    if let generation = report.generation {
      let sampling = generation.sampling
      lines += [
        ("model", generation.model), ("files asked for", "\(generation.count)"),
        ("of them invalid", "\(generation.invalid)"),
        ("not finished when the context was full", "\(generation.unfinished)"),
        ("given of each picture", generation.kept.isEmpty ? "nothing" : kept(generation)),
        ("temperature", "\(sampling.temperature)"),
        ("top-k", sampling.topK.map { "\($0)" } ?? "all"),
        ("top-p", sampling.topP.map { "\($0)" } ?? "all"),
        ("held to the grammar", generation.isConstrained ? "yes" : "no"),
      ]
    }
    if let kernel = report.comparisons.lazy.compactMap(\.kernelDistance).first {
      lines.append(
        (
          "kernel distance",
          """
          unbiased, (x·y / features + 1)³, all pairs; \(kernel.subsets) subsets of \
          \(kernel.subsetSize) for the deviation
          """
        ))
    }
    if let shares = report.comparisons.lazy.compactMap(\.shares).first {
      lines.append(("precision and recall", "\(shares.neighbours) nearest neighbours"))
    }
    lines.append(("covariances and distances", "double precision"))
    lines.append(("seed", "\(report.seed)"))
    return HTML.section("Protocol", HTML.definitions(lines))
  }

  private func kept(_ generation: EvaluationReport.Generation) -> String {
    generation.kept.map { "\($0)" }.joined(separator: ", ")
  }
}
