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

  /// New files.
  func files(_ count: Int, named name: String, _ session: EvalSession) throws -> PictureSet {
    let start = ContinuousClock.now
    let target = try folder.map { try OutputFolder($0) }
    var files: [GeneratedFile] = []
    for file in try generator.generate(count: count, sampling: sampling, seed: seed) {
      files.append(file)
      if case .success = file.result, let target { try file.write(to: target.url) }
      let rate = Double(files.count) / ((ContinuousClock.now - start) / .seconds(1))
      try session.show(
        """
        \(name): \(Format.count(files.count)) of \(Format.count(count)) written, \
        \(Format.fixed(rate, 1))/s, \
        \(Format.duration(Double(count - files.count) / max(rate, 1e-3))) left
        """, isFinal: files.count == count)
    }
    session.report.seconds.generation += (ContinuousClock.now - start) / .seconds(1)
    let set = PictureSet(name, origin: session.report.generation?.model ?? "", files)
    session.report.generation?.invalid += count - set.files.count
    return set
  }
}
