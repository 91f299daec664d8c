import CodecLM
public import Foundation

/// A training run as one page without anything outside it, for a browser: curves, what the model wrote
/// on its way, an evaluation if there is one, and all settings.
public struct RunReport: Sendable {
  /// Distances to show with the run.
  public var evaluation: EvaluationReport?

  private let folder: URL
  private let metrics: RunMetrics
  private let record: RunRecord
  private let checkpoint: Checkpoint

  /// Sheets of samples in the strip.
  private static let sheets = 8

  /// Reads a run's folder as it is now; training may go on meanwhile.
  ///
  /// - Throws: `TrainingError/noRun(path:)` when the folder holds no run, `FileError`.
  public init(of folder: URL, evaluation: EvaluationReport? = nil) throws {
    self.folder = folder
    self.evaluation = evaluation
    guard TrainingRun.exists(in: folder) else { throw TrainingError.noRun(path: folder.path) }
    record = try TrainingRun.record(of: folder)
    metrics = try RunMetrics(of: folder)
    checkpoint = try Checkpoint(folder)
  }

  /// Writes the page, complete or not at all.
  ///
  /// - Throws: `FileError`.
  public func write(to url: URL) throws {
    try AtomicFile.write([UInt8](try page().utf8), to: url)
  }

  /// The page.
  ///
  /// - Throws: `FileError` when a sheet of samples cannot be read.
  public func page() throws -> String {
    let name = folder.standardizedFileURL.lastPathComponent
    return HTML.page(
      "Training of \(name)", [figures, curves, try strip(), evaluated, settings])
  }

  private var figures: String {
    let last = metrics.validations.last
    var figures: [(String, String)] = [
      (
        last?.baselineShare.map { Format.fixed($0, 3) } ?? "–",
        "of \(checkpoint.codec.baselineName)'s bits, on held-out \(checkpoint.codec.noun)s"
      ),
      (
        last.map { Format.fixed($0.bitsPerImage, 0) } ?? "–",
        "bits for a held-out \(checkpoint.codec.noun)"
      ),
      (Format.duration(record.state.seconds), "of training"),
      (Format.count(record.state.images), "\(checkpoint.codec.noun)s seen"),
      (Format.count(record.state.tokens), "tokens seen"),
      (Format.count(checkpoint.configuration.parameterCount), "parameters"),
    ]
    if let best = record.best, let last, best.step < last.step {
      let share = best.baselineShare ?? best.bitsPerImage
      figures.insert(
        (
          Format.fixed(share, best.baselineShare == nil ? 0 : 3),
          "at the best, after step \(Format.count(best.step)): the model in best/"
        ), at: 2)
    }
    let items = figures.map {
      "<div class=\"figure\"><b>\(HTML.escaped($0.0))</b><span>\(HTML.escaped($0.1))</span></div>"
    }
    return "<div class=\"figures\">\(items.joined())</div>"
  }

  private var curves: String {
    guard !metrics.steps.isEmpty else { return "" }
    func validations(_ value: (RunMetrics.Validation) -> Double?) -> [(Double, Double)] {
      metrics.validations.compactMap { point in value(point).map { (elapsed(point.seconds), $0) } }
    }
    func steps(_ value: (RunMetrics.Steps) -> Double) -> [(Double, Double)] {
      metrics.steps.map { (elapsed($0.seconds), value($0)) }
    }
    func best(_ value: (RunMetrics.Validation) -> Double?) -> (Double, Double, String)? {
      metrics.validations.last { $0.step == record.best?.step }.flatMap { point in
        value(point).map { (elapsed(point.seconds), $0, "at best") }
      }
    }
    typealias Series = LineChart.Series
    // Metrics go on after the last checkpoint.
    let seconds = [
      record.state.seconds, metrics.steps.last?.seconds ?? 0,
      metrics.validations.last?.seconds ?? 0,
    ].map(elapsed).reduce(0, max)
    let charts = [
      LineChart(
        "Bits of held-out files, as a share of \(checkpoint.codec.baselineName)'s",
        seconds: seconds,
        [
          Series(
            name: "held out", color: 1, points: validations(\.baselineShare),
            mark: best(\.baselineShare))
        ]),
      LineChart(
        "Loss, nats for a token", seconds: seconds,
        [
          Series(name: "training", color: 0, points: steps(\.loss)),
          Series(
            name: "held out", color: 1, points: validations(\.loss), mark: best(\.loss)),
        ]),
      LineChart(
        "Learning rate", seconds: seconds,
        [Series(name: "of each step", color: 0, points: steps { Double($0.learningRate) })]),
      LineChart(
        "Speed, tokens a second", seconds: seconds,
        [Series(name: "training", color: 0, points: steps(\.tokensPerSecond))]),
    ].compactMap { $0 }
    guard !charts.isEmpty else { return "" }
    return HTML.section(
      "Curves",
      """
      <p>Over the time since the first step, validations, checkpoints and samples included.</p>
      <div class="charts">\(charts.map(\.html).joined(separator: "\n"))</div>
      """)
  }

  /// Seconds since the first step; what came before is time zero.
  private func elapsed(_ seconds: Double) -> Double {
    max(0, seconds - (record.state.plan?.first ?? 0))
  }

  /// What the model wrote on its way, always from the same random numbers.
  private func strip() throws -> String {
    let sheets = TrainingSheet.all(of: folder)
    guard let last = sheets.last else { return "" }
    let seconds = Dictionary(
      metrics.validations.map { ($0.step, $0.seconds) }, uniquingKeysWith: { $1 })
    let figures = try TrainingSheet.spread(sheets, count: Self.sheets).map { sheet in
      let time = seconds[sheet.step].map { ", \(Format.duration(elapsed($0)))" } ?? ""
      let title = "step \(Format.count(sheet.step))\(time)"
      return """
        <figure><figcaption>\(title)</figcaption>\
        \(HTML.image(file: try sheet.file(), alternative: "samples at \(title)"))</figure>
        """
    }
    return HTML.section(
      "Samples",
      """
      <p>\(figures.count) of the \(sheets.count) sheets that the model wrote up to step \
      \(Format.count(last.step)), all from the same random numbers: one place in every sheet shows one \
      picture's way.</p>
      <div class="strip">\(figures.joined(separator: "\n"))</div>
      """)
  }

  private var evaluated: String {
    guard let evaluation else { return "" }
    let page = HTMLReport(evaluation)
    return page.results() + page.clips() + HTML.list(evaluation.warnings, class: "warnings")
      + page.settings()
  }
}

extension RunReport {
  private var settings: String {
    let (trainer, model) = (record.trainer, checkpoint.configuration)
    var lines: [(String, String)] = [
      (
        "model",
        """
        Llama, \(model.hiddenSize) wide, \(model.layers) layers, \(model.heads) heads of \
        \(model.headDimension) (\(model.keyValueHeads) key/value), \(model.intermediateSize) in the \
        feed-forward, context \(Format.count(model.contextLength))
        """
      ),
      (
        "rotary embeddings, RMSNorm ε",
        "θ = \(model.ropeTheta), \(model.rmsNormEpsilon)"
      ),
      ("input and output embeddings", model.tiesEmbeddings ? "tied" : "untied"),
      ("tokens", "\(Format.count(checkpoint.tokenizer.count)): \(checkpoint.tokenizer)"),
    ]
    let codec = checkpoint.codec
    lines += [
      (
        codec.mediaKind.name,
        """
        \(codec.summary)\
        \(record.run.mirrored ? ", mirror images too" : "")
        """
      ),
      ("budget", Self.budget(trainer.budget)),
      (
        "batch",
        """
        \(trainer.batch) rows of \(Format.count(trainer.context)) tokens, \(trainer.microBatches) a \
        step
        """
      ),
      (
        "learning rate",
        """
        peak \(trainer.schedule.peak), warm-up over \(100 * trainer.schedule.warmUpShare) % of the \
        budget, cosine to \(100 * trainer.schedule.finalShare) % of the peak
        """
      ),
      ("optimiser", Self.optimizer(trainer.optimizer)),
      ("seed", "\(trainer.seed)"),
      ("held-out \(codec.noun)s scored", "at most \(Format.count(record.run.validationImages))"),
      ("steps made", Format.count(record.state.step)),
    ]
    if let best = record.best {
      let share = best.baselineShare.map {
        ", \(Format.fixed($0, 4)) of \(codec.baselineName)'s bits"
      }
      lines.append(
        (
          "best validation",
          """
          after step \(Format.count(best.step)): \(Format.fixed(best.bitsPerImage, 1)) bits for a \
          held-out \(codec.noun)\(share ?? "")
          """
        ))
    }
    if metrics.unreadableLines > 0 {
      lines.append(
        ("lines of metrics.jsonl that cannot be read", Format.count(metrics.unreadableLines)))
    }
    return HTML.section("Configuration", HTML.definitions(lines))
  }

  private static func budget(_ length: Trainer.Length) -> String {
    switch length {
    case .steps(let steps): "\(Format.count(steps)) steps"
    case .seconds(let seconds): Format.duration(seconds)
    }
  }

  private static func optimizer(_ options: Optimizer.Options) -> String {
    let adamW = options.adamW
    let plain = """
      AdamW, β \(adamW.beta1) and \(adamW.beta2), weight decay \(adamW.weightDecay), clipped to \
      norm \(options.clip)
      """
    guard let muon = options.muon else { return plain }
    return """
      Muon for the matrices inside the layers, momentum \(muon.momentum), update size \
      \(muon.updateSize), weight decay \(muon.weightDecay); for the rest \(plain), at \
      \(options.rateBesideMuon) × the learning rate
      """
  }
}
