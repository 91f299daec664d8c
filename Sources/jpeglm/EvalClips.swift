import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

/// Measures a model of videos against real ones.
struct EvalClips {
  private let codec: any Codec
  private let writer: EvalWriter
  private let session: EvalSession
  private let pool: WorkerPool
  /// The real clips in canonical form.
  private let streams: [[UInt8]]
  private let origin: String

  /// - Parameter real: the files of the real clips.
  init(
    _ codec: any Codec, _ real: PictureSet, _ writer: EvalWriter,
    _ session: EvalSession, _ pool: WorkerPool
  ) throws {
    self.codec = codec
    self.writer = writer
    self.session = session
    self.pool = pool
    origin = real.origin
    streams = try real.canonicalStreams(codec, pool: pool) { name, reason in
      session.note("\(real.name): skipped \(name): \(reason)")
    } progress: {
      try session.show("\(real.name): \($0) of \(real.files.count) read", isFinal: false)
    }
    guard streams.count > 1 else {
      throw EvaluationError.tooFew(count: streams.count, needed: 2, purpose: "an evaluation")
    }
  }

  /// What continuations are called of which so many frames were given.
  static func continued(_ frames: Int) -> String { "continued from \(frames) frames" }

  /// Number of real clips.
  var count: Int { streams.count }

  /// As many new clips.
  func measureNew(hasDistances: Bool) throws {
    let files = try writer.generated([.empty], streams.count, EvalWriter.generated, session)
    session.report.clips = ClipFigures(
      realMotion: .init(of: streams.count, pool: pool) { [codec, streams] in
        try? codec.frames(of: streams[$0])
      },
      generatedMotion: .init(of: files.count, pool: pool) { Self.frames(of: files[$0]) })
    if hasDistances { try compare(files, EvalWriter.generated) }
  }

  /// A continuation of each real clip.
  func measureContinuations(keeping kept: Int, hasDistances: Bool) throws {
    guard (1..<codec.frameCount).contains(kept) else {
      throw ValidationError(
        "--keep-frames \(kept) is outside 1 … \(codec.frameCount - 1) of this model's clips.")
    }
    let prompts = try streams.map { try codec.prompt($0, keeping: .frames(kept)) }
    let name = Self.continued(kept)
    let files = try writer.generated(prompts, 1, name, session)
    session.report.clips = try ClipFigures(
      continuationsOf: streams.count, keeping: kept, pool: pool
    ) { [codec, streams] index in
      guard let generated = Self.frames(of: files[index]),
        let real = try? codec.frames(of: streams[index])
      else { return nil }
      return (real, generated)
    }
    if hasDistances { try compare(files, name) }
  }

  private static func frames(of file: GeneratedFile) -> [PixelImage]? {
    try? file.result.get().frames
  }

  /// Distances of single frames.
  private func compare(_ files: [GeneratedFile], _ name: String) throws {
    try session.add(PictureSet(EvalSession.coded, origin: origin, frames: streams, codec))
    let valid = files.filter(\.isValid)
    try session.add(
      PictureSet(
        name, origin: session.report.generation?.model ?? "", frames: valid.map(\.canonical), codec)
    )
    try session.compare(sets: [name])
  }
}
