import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure how far generated pictures are from real ones.",
    discussion: """
      Compares the features of two sets of pictures: Fréchet distance (called FID only with \
      Inception's features), kernel distance, precision and recall, with the protocol that makes them \
      repeatable. A set is a folder of JPEG files, a file of statistics (.npz, as pytorch-fid writes \
      it) or a file of features (.safetensors, as --save-features writes it).

        jpeglm eval photos samples
        jpeglm eval photos samples --size 64 --quality 25 --html report.html
        jpeglm eval photos --size 64 --quality 25

      With --real the first argument is a run. Its model writes --count files, which are compared with \
      as many real pictures, both as they are and through the model's own codec; the distance between \
      these two is what the codec alone costs. With --keep the model instead completes pictures of \
      which these shares are given, as in the JPEG-LM paper.

        jpeglm eval run --real photos --count 1000 --html report.html
        jpeglm eval run --real photos --count 1000 --keep 0.25 0.5 0.75

      A run of videos is measured frame by frame against real videos in its own form, and so is the \
      movement from frame to frame. With --keep-frames it continues the real videos; the PSNR of its \
      frames against the real ones is printed next to that of the last given frame repeated.

        jpeglm eval clips-run --real clips --count 200 --keep-frames 4 --temperature 0
      """)

  @Argument(help: "The real set; with --real, the folder of a run or checkpoint.")
  var first: String

  @Argument(help: "The generated set; without it, only the cost of --quality is measured.")
  var generated: String?

  @Option(help: "Folder of real pictures or videos to compare a run with.")
  var real: String?

  @Option(
    help: "Number of files that a run writes; without --real, the most pictures of a folder.")
  var count: Int?

  @Option(
    parsing: .upToNextOption,
    help: "Shares of real pictures, each 0 to 1, that are given to the run's model to complete.")
  var keep: [Double] = []

  @Option(
    help: "Number of frames of real videos that are given to the run's model to continue.")
  var keepFrames: Int?

  @Flag(help: "(video) Skip the distances between frames, so that no feature network is needed.")
  var noDistances = false

  @Flag(
    help: """
      Take only those pictures of --real that were held out from the run, according to its images.tokens, \
      or else the share in held_out.json.
      """)
  var heldOut = false

  @OptionGroup(title: "Sampling")
  var sampling: SamplingOptions

  @OptionGroup(title: "Reference")
  var reference: ReferenceOptions

  @OptionGroup(title: "Features")
  var network: NetworkOptions

  @Option(help: "Equal seeds give equal files, and equal subsets for the kernel distance.")
  var seed: UInt64 = 0

  @OptionGroup(title: "Results")
  var output: EvalOutput

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    if let count, count < 2 { throw ValidationError("--count \(count) is not at least 2.") }
    for share in keep where !(0...1).contains(share) {
      throw ValidationError("--keep \(share) is not in 0 … 1.")
    }
    guard Set(keep).count == keep.count else {
      throw ValidationError("--keep lists a share twice.")
    }
    if real == nil {
      if !keep.isEmpty { throw ValidationError("--keep needs a run and --real.") }
      if keepFrames != nil { throw ValidationError("--keep-frames needs a run and --real.") }
      if noDistances { throw ValidationError("--no-distances needs a run and --real.") }
      if heldOut { throw ValidationError("--held-out needs a run and --real.") }
      if generated == nil, reference.quality == nil, !output.savesSets {
        throw ValidationError(
          "Name a generated set, or give --quality and --size to measure a codec alone.")
      }
    } else {
      if generated != nil { throw ValidationError("Give --real or a generated set, not both.") }
      if reference.isGiven {
        throw ValidationError("A run has its own --size and --quality; omit them.")
      }
    }
  }

  func run() throws {
    try output.checkPlaces(
      ofSets: ["real", EvalSession.coded, EvalWriter.generated] + keep.map(EvalWriter.completed)
        + (keepFrames.map { [EvalClips.continued($0)] } ?? []),
      reading: [first, generated, real].compactMap { $0 } + RunFolder.files(in: first))
    let session = EvalSession(network, seed: seed, threads.pool, progress.line)
    if let real {
      try evaluateRun(session, real)
    } else {
      try evaluateSets(session)
    }
    try output.write(session)
  }

  /// Two sets, or one and what a codec makes of it.
  private func evaluateSets(_ session: EvalSession) throws {
    let inputs = try ([("real", first)] + (generated.map { [("generated", $0)] } ?? []))
      .map { name, path in try EvalInput(name, path, count: count, limits, session) }
    let real = inputs[0]
    let codec = try reference.codec(limits)
    session.report.codec = codec.map { CodecProfile($0.profile) }
    try session.add(real, as: codec.map { .fitted($0) } ?? .asStored)
    if inputs.count > 1 { try session.add(inputs[1], as: .asStored) }
    if reference.quality != nil, let codec {
      guard case .pictures(let pictures) = real.content else {
        throw ValidationError("--quality needs a folder of real pictures; \(first) is a file.")
      }
      try session.add(pictures.prepared(.coded(codec), name: EvalSession.coded))
    }
    try session.compare(sets: inputs.dropFirst().map(\.name))
  }

  /// What a run's model writes, against real pictures.
  private func evaluateRun(_ session: EvalSession, _ real: String) throws {
    var generator = try Generator(
      loading: URL(place: first), pool: threads.pool)
    generator.isConstrained = !sampling.unconstrained
    if let weights = sampling.weights { generator.weights = weights }
    let profile = generator.checkpoint.codec
    let drawing = sampling.sampling(generator.checkpoint)
    let count = count ?? Self.usualCount
    let folder = try MediaFolder(real, profile.mediaKind, maximumPixels: limits.maxPixels)
    session.noteOmissions(of: folder)
    var real = PictureSet("real", folder, count: heldOut ? nil : count)
    if heldOut {
      let codec = try profile.makeCodec(maximumPixels: limits.maxPixels)
      let all = real.files.count
      real = try real.heldOut(
        by: ModelSplit(of: URL(place: first)), codec, count: count, pool: threads.pool
      ) {
        try session.show("looking for held-out files: \($0) of \(all)", isFinal: $0 == all)
      }
      guard !real.files.isEmpty else {
        throw ValidationError(
          "\(first) was trained on all of \(folder.url.path); omit --held-out.")
      }
    }
    session.report.codec = profile
    session.report.generation = .init(
      model: first, sampling: drawing, isConstrained: !sampling.unconstrained,
      count: count, kept: keep)
    let writer = EvalWriter(
      generator, drawing, seed: seed, folder: output.samples, force: output.replacing.force)
    try writer.checkPlaces(completing: keep, count)
    let codec = try profile.makeCodec(maximumPixels: limits.maxPixels)
    if codec is any ClipCoding {
      try evaluateClips(session, writer, real, codec)
    } else if let codec = codec as? any PictureEncoding {
      try evaluatePictures(session, writer, real, codec)
    } else {
      throw ValidationError("\(first) writes neither pictures nor videos.")
    }
  }

  private func evaluateClips(
    _ session: EvalSession, _ writer: EvalWriter, _ real: PictureSet, _ codec: any Codec
  ) throws {
    guard keep.isEmpty else {
      throw ValidationError("--keep is for pictures; \(first) writes videos: give --keep-frames.")
    }
    let clips = try EvalClips(codec, real, writer, session, threads.pool)
    session.report.generation?.count = clips.count
    if let keepFrames {
      try clips.measureContinuations(keeping: keepFrames, hasDistances: !noDistances)
    } else {
      try clips.measureNew(hasDistances: !noDistances)
    }
  }

  private func evaluatePictures(
    _ session: EvalSession, _ writer: EvalWriter, _ files: PictureSet,
    _ codec: any PictureEncoding
  ) throws {
    guard keepFrames == nil, !noDistances else {
      throw ValidationError(
        "--keep-frames and --no-distances are for videos; \(first) writes pictures.")
    }
    let real = files.prepared(.fitted(codec), name: files.name)
    try session.add(real)
    try session.add(real.prepared(.coded(codec), name: EvalSession.coded))
    let count = session.report.generation?.count ?? Self.usualCount
    guard !keep.isEmpty else {
      try session.add(writer.files(count, session))
      return try session.compare(sets: [EvalWriter.generated])
    }
    let streams = try real.canonicalStreams(codec, pool: threads.pool) { name, reason in
      session.note("\(real.name): skipped \(name): \(reason)")
    } progress: {
      try session.show("\(real.name): \($0) of \(real.files.count) read", isFinal: false)
    }
    for share in keep {
      let prompts = try streams.map { try codec.prompt($0, keeping: .share(share)) }
      try session.add(writer.completions(of: prompts, share, session))
    }
    try session.compare(sets: keep.map(EvalWriter.completed))
  }

  private static let usualCount = 1_000
}
