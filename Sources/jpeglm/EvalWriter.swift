import CodecLM
import CodecLMEvaluation
import Foundation

/// Lets a run's model write the files that are measured.
struct EvalWriter {
  private let generator: Generator
  private let sampling: SamplingParameters
  private let seed: UInt64
  private let folder: String?
  private let force: Bool

  /// - Parameter folder: where the files are kept, if they are.
  init(
    _ generator: Generator, _ sampling: SamplingParameters, seed: UInt64, folder: String?,
    force: Bool
  ) {
    self.generator = generator
    self.sampling = sampling
    self.seed = seed
    self.folder = folder
    self.force = force
  }

  /// Looks whether the files can be written, before long work.
  ///
  /// - Parameters:
  ///   - shares: of which completions are written, each in a folder of its own.
  ///   - count: files of each.
  func checkPlaces(completing shares: [Double], _ count: Int) throws {
    guard let folder else { return }
    let folders = shares.isEmpty ? [folder] : shares.map { Self.folder(folder, of: $0) }
    for folder in folders { _ = try results(folder, count) }
  }

  private static func folder(_ folder: String, of share: Double) -> String {
    "\(folder)/completed-\(share)"
  }

  /// A folder for files, with a place for each.
  private func results(_ folder: String, _ count: Int) throws -> ResultFolder {
    var results = try ResultFolder(
      folder, .init(command: "eval", isDerived: true, force: force))
    for index in 0..<count {
      for ending in generator.checkpoint.codec.fileExtensions {
        try results.claim("\(index.padded(to: 5)).\(ending)", from: "file \(index)")
      }
    }
    return results
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
      prompts, 1, Self.completed(share), to: folder.map { Self.folder($0, of: share) }, session)
  }

  private func write(
    _ prompts: [Prompt], _ count: Int, _ name: String, to folder: String?, _ session: EvalSession
  ) throws -> PictureSet {
    var files: [PictureSet.File] = []
    try write(prompts, count, name, to: folder, session) { file in
      if let file = PictureSet.File(file, generator.codec) { files.append(file) }
    }
    return PictureSet(name, origin: session.report.generation?.model ?? "", files)
  }

  /// Clips, kept where the user wants it.
  func generated(
    _ prompts: [Prompt], _ count: Int, _ name: String, _ session: EvalSession
  ) throws -> [GeneratedFile] {
    var files: [GeneratedFile] = []
    try write(prompts, count, name, to: folder, session) { files.append($0) }
    return files
  }

  /// - Parameter take: called with each file as it comes.
  private func write(
    _ prompts: [Prompt], _ count: Int, _ name: String, to folder: String?, _ session: EvalSession,
    take: (GeneratedFile) -> Void
  ) throws {
    let start = ContinuousClock.now
    let total = count * prompts.count
    var target = try folder.map { try results($0, total) }
    var (written, valid, unfinished) = (0, 0, 0)
    let files = try generator.generate(
      count: count, continuing: prompts, sampling: sampling, seed: seed)
    while let file = try files.next(checking: session.check) {
      written += 1
      if file.isValid {
        valid += 1
        if !file.isWhole { unfinished += 1 }
        try target?.write(file.files(named: file.name))
      }
      take(file)
      let rate = Double(written) / ((ContinuousClock.now - start) / .seconds(1))
      try session.show(
        """
        \(name): \(Format.count(written)) of \(Format.count(total)) written, \
        \(Format.fixed(rate, 1))/s, \
        \(Format.duration(Double(total - written) / max(rate, 1e-3))) left
        """, isFinal: written == total)
    }
    try target.take()?.finish()
    session.report.seconds.generation += (ContinuousClock.now - start) / .seconds(1)
    session.report.generation?.invalid += total - valid
    session.report.generation?.unfinished += unfinished
  }
}
