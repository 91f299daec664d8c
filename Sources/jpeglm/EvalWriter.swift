import CodecLM
import Foundation

/// Lets a run's model write the files that are measured.
struct EvalWriter {
  private let generator: Generator
  private let sampling: Sampling
  private let seed: UInt64
  private let folder: String?

  /// - Parameter folder: where the files are kept, if they are.
  init(_ generator: Generator, _ sampling: Sampling, seed: UInt64, folder: String?) {
    self.generator = generator
    self.sampling = sampling
    self.seed = seed
    self.folder = folder
  }

  /// What new files are called in a report.
  static let generated = "generated"

  /// What completions of pictures are called of which a share was given.
  static func completed(_ share: Double) -> String { "completed from \(share)" }

  /// New files.
  func files(_ count: Int, _ session: EvalSession) throws -> PictureSet {
    try write([.empty], count, Self.generated, to: folder, session)
  }

  /// One completion of each beginning.
  func completions(
    of prompts: [Prompt], _ share: Double, _ session: EvalSession
  ) throws -> PictureSet {
    try write(
      prompts, 1, Self.completed(share), to: folder.map { "\($0)/completed-\(share)" }, session)
  }

  private func write(
    _ prompts: [Prompt], _ count: Int, _ name: String, to folder: String?, _ session: EvalSession
  ) throws -> PictureSet {
    PictureSet(
      name, origin: session.report.generation?.model ?? "",
      try generated(prompts, count, name, to: folder, session), generator.codec)
  }

  /// Clips, kept where the user wants it.
  func generated(
    _ prompts: [Prompt], _ count: Int, _ name: String, _ session: EvalSession
  ) throws -> [GeneratedFile] {
    try generated(prompts, count, name, to: folder, session)
  }

  private func generated(
    _ prompts: [Prompt], _ count: Int, _ name: String, to folder: String?, _ session: EvalSession
  ) throws -> [GeneratedFile] {
    let start = ContinuousClock.now
    let total = count * prompts.count
    let target = try folder.map { try OutputFolder($0) }
    var files: [GeneratedFile] = []
    let written = try generator.generate(
      count: count, continuing: prompts, sampling: sampling, seed: seed)
    while let file = try written.next() {
      files.append(file)
      if case .success = file.result, let target { try file.write(to: target.url) }
      let rate = Double(files.count) / ((ContinuousClock.now - start) / .seconds(1))
      try session.show(
        """
        \(name): \(Format.count(files.count)) of \(Format.count(total)) written, \
        \(Format.fixed(rate, 1))/s, \
        \(Format.duration(Double(total - files.count) / max(rate, 1e-3))) left
        """, isFinal: files.count == total)
    }
    session.report.seconds.generation += (ContinuousClock.now - start) / .seconds(1)
    let valid = files.filter { $0.picture != nil }
    session.report.generation?.invalid += total - valid.count
    session.report.generation?.unfinished += valid.count { !$0.isWhole }
    return files
  }
}
