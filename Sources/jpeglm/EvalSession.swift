import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// One side of a comparison as the user names it.
struct EvalInput {
  enum Content {
    case pictures(PictureSet)
    case features(FeatureFile)
    case statistics(StatisticsFile)
  }

  let name: String
  let origin: String
  let content: Content

  /// A folder of pictures, or a file of statistics or features.
  init(
    _ name: String, _ path: String, count: Int?, _ limits: LimitOptions, _ session: EvalSession
  ) throws {
    self.name = name
    origin = path
    let url = URL(place: path)
    switch url.pathExtension.lowercased() {
    case "npz": content = .statistics(try StatisticsFile(url))
    case "safetensors": content = .features(try FeatureFile(url))
    default:
      let folder = try MediaFolder(url, maximumPixels: limits.maxPixels)
      session.noteOmissions(of: folder)
      content = .pictures(PictureSet(name, folder, count: count))
    }
  }
}

/// The sets of one call, gathered and then compared.
final class EvalSession {
  /// What the second reference is called.
  static let coded = "real through the codec"

  var report: EvaluationReport
  private(set) var sides: [Comparison.Side] = []

  private let options: NetworkOptions
  private let pool: WorkerPool
  private let seed: UInt64
  private let progress: ProgressLine
  private let interrupt = Interrupt()
  private var network: (any FeatureNetwork)?
  private var pictures: [String: (set: PictureSet, features: PictureFeatures)] = [:]

  init(
    _ options: NetworkOptions, seed: UInt64, _ pool: WorkerPool, _ progress: ProgressLine
  ) {
    self.options = options
    self.seed = seed
    self.pool = pool
    self.progress = progress
    report = EvaluationReport(features: nil, seed: seed)
  }

  /// Stops if the user wants it.
  func check() throws { try interrupt.check() }

  /// Says what of a folder is not among its pictures.
  func noteOmissions(of folder: MediaFolder) {
    for file in folder.unreadable { progress.note("skipped \(file)") }
    progress.noteLeftOut(folder.leftOut)
  }

  /// Shows how far something is, and stops if the user wants it.
  func show(_ text: @autoclosure () -> String, isFinal: Bool) throws {
    progress.show(text(), isFinal: isFinal)
    try interrupt.check()
  }

  /// Says something that stays.
  func note(_ text: String) { progress.note(text) }

  /// Adds a set that the user named.
  func add(_ input: EvalInput, as preparation: PictureSet.Preparation) throws {
    switch input.content {
    case .pictures(let pictures):
      try add(pictures.prepared(preparation, name: input.name))
    case .features(let file):
      try check(file.featureProtocol, of: input.origin)
      report.sets.append(.init(name: input.name, origin: input.origin))
      try addSide(input.name, file.features)
    case .statistics(let file):
      try check(file.features, of: input.origin)
      report.sets.append(.init(name: input.name, origin: input.origin))
      sides.append(.init(input.name, file.statistics))
    }
  }

  /// Adds pictures.
  func add(_ set: PictureSet) throws {
    let network = try loadedNetwork()
    try check(FeatureProtocol(network, resize: options.resize), of: set.origin)
    let start = ContinuousClock.now
    let features = try PictureFeatures(set, network, resize: options.resize, pool: pool) { done in
      let rate = Double(done) / ((ContinuousClock.now - start) / .seconds(1))
      let left = Double(set.files.count - done) / max(rate, 1e-3)
      try show(
        """
        \(set.name): \(Format.count(done)) of \(Format.count(set.files.count)) pictures, \
        \(Format.fixed(rate, 1))/s, \(Format.duration(left)) left
        """, isFinal: done == set.files.count)
    }
    for fault in features.validity.unreadable { progress.note("\(set.name): skipped \(fault)") }
    report.seconds.features += (ContinuousClock.now - start) / .seconds(1)
    report.sets.append(
      .init(
        name: set.name, origin: set.origin, validity: features.validity,
        bitsPerImage: features.bits.isEmpty
          ? nil : Double(features.bits.reduce(0, +)) / Double(features.bits.count)))
    try addSide(set.name, features.features)
    pictures[set.name] = (set, features)
  }

  private func addSide(_ name: String, _ features: Features) throws {
    let start = ContinuousClock.now
    sides.append(try .init(name, features, pool: pool))
    report.seconds.statistics += (ContinuousClock.now - start) / .seconds(1)
  }

  private func loadedNetwork() throws -> any FeatureNetwork {
    if let network { return network }
    let loaded = try options.load()
    network = loaded
    return loaded
  }

  /// Features of one report must be made alike.
  private func check(_ features: FeatureProtocol?, of origin: String) throws {
    guard let features else {
      report.warnings.append(
        "\(origin) does not record how its features were made; make sure it was as for the others")
      return
    }
    if let other = report.features, other != features {
      throw EvaluationError.differentProtocols(origin: origin, features, other)
    }
    report.features = features
  }

  /// Compares sets with both references, and these with each other.
  func compare(sets: [String]) throws {
    let references = sides.filter { !sets.contains($0.name) }
    var pairs = sides.filter { sets.contains($0.name) }
      .flatMap { side in references.map { (reference: $0, set: side) } }
    if references.count > 1 { pairs.append((references[0], references[1])) }
    report.add(
      try pairs.enumerated().map { index, pair in
        try show("comparing, \(index + 1) of \(pairs.count)", isFinal: index + 1 == pairs.count)
        return try Comparison(reference: pair.reference, set: pair.set, seed: seed, pool: pool)
      })
  }

  /// The report for a browser, with pictures.
  func page() throws -> HTMLReport {
    var page = HTMLReport(report)
    let shown = report.sets.compactMap { pictures[$0.name] }
    for (set, features) in shown {
      let count = min(Self.sheet, features.indices.count)
      let rows = (0..<count).map { $0 * features.indices.count / count }
      page.sheets.append(.init(set.name, try images(set, features, rows)))
      // Streams are compared with streams, and files with files.
      if report.generation != nil || set.name != Self.coded {
        page.lengths.append(.init(name: set.name, bits: features.bits))
      }
    }
    if let reference = shown.first, let own = shown.last, own.set.name != reference.set.name {
      let count = min(Self.examples, own.features.indices.count)
      let nearest = try own.features.nearest(
        min(5, reference.features.indices.count), in: reference.features, to: 0..<count, pool: pool)
      let images = try images(own.set, own.features, 0..<count)
      page.neighbours = try zip(images, nearest).map { image, neighbours in
        let nearest = try neighbours.map { neighbour in
          let index = reference.features.indices[neighbour.row]
          return (
            picture: HTMLReport.shrunk(try reference.set.picture(index).image),
            name: reference.set.files[index].name, distance: neighbour.distance
          )
        }
        return HTMLReport.Neighbours(image, nearest: nearest)
      }
    }
    return page
  }

  private static let sheet = 36
  private static let examples = 12

  private func images(
    _ set: PictureSet, _ features: PictureFeatures, _ rows: some Sequence<Int>
  ) throws -> [PixelImage] {
    try set.pictures(at: rows.map { features.indices[$0] }, pool: pool)
      .map { HTMLReport.shrunk($0.image) }
  }
}
