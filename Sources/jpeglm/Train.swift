import ArgumentParser
import CodecLM
import Foundation

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on a folder of JPEG files.",
    discussion: """
      Reads every .jpg and .jpeg below DIR, whatever its size and kind, and trains a Llama on \
      their canonical bytes. What is not said is chosen from the pictures and printed. The run's \
      folder is a checkpoint at any time: sample from it while it trains. Ctrl-C ends the run with \
      a checkpoint; --resume goes on.

        jpeglm train photos --out run --minutes 30
        jpeglm train photos --out run --minutes 60 --resume
        jpeglm train photos --out paper --size 256 --restart 1 --stream abbreviated \
          --tokenizer bpe --preset small
      """)

  @Argument(help: "Folder of JPEG files; subfolders are searched.")
  var images: String

  @Option(name: .customLong("out"), help: "Folder for the run.")
  var output: String

  @OptionGroup(title: "Canonical form")
  var profile: ProfileOptions

  @Option(
    help: """
      What the model reads of each file: full, abbreviated (no tables), scan (no headers) or symbols \
      (a scan's symbols without their Huffman codes).
      """)
  var stream = JPEGProfile.Stream.scan

  @Option(
    help: """
      bytes (one token a byte), bpe (learn tokens from the images), symbols (the same inside each \
      symbol: a token for each frequent one) or the file of a tokenizer: tokenizer.json or \
      SentencePiece's tokenizer.model.
      """)
  var tokenizer = TokenizerChoice.bytes

  @OptionGroup(title: "With --tokenizer bpe")
  var vocabulary: VocabularyOptions

  @Flag(
    help: """
      Train on each picture's mirror image too, where left and right do not matter: not for digits or \
      letters.
      """)
  var mirror = false

  @Option(help: "Model: nano (0.5 M parameters), mini (2.3 M), micro (5 M), small, base or 7b.")
  var preset: LlamaConfiguration.Preset?

  @Option(help: "Model by a JSON file with Hugging Face's field names.")
  var config: String?

  @Option(help: "Optimiser steps; 0 writes an untrained model.")
  var steps: Int?

  @Option(help: "Minutes to train; 10 if neither --steps nor --minutes is given.")
  var minutes: Double?

  @Option(help: "Rows of tokens in a batch.")
  var batch: Int?

  @Option(help: "Tokens in a row; whole images are packed into it.")
  var context: Int?

  @Option(help: "Batches whose gradients are added up for one step.")
  var accumulate = 1

  @Option(help: "Peak learning rate.")
  var learningRate: Float?

  @Option(
    help: "adamw, or muon for the matrices inside the layers and AdamW for what is left.")
  var optimizer = OptimizerChoice.muon

  @Option(help: "Seed of the parameters and of the images' order.")
  var seed: UInt64 = 0

  @Option(help: "Seconds between checkpoints.")
  var checkpointEvery = 60.0

  @OptionGroup var threads: ThreadOptions

  @Flag(
    help: """
      Keep a fifth of the activations and make the others again in the backward pass: less memory \
      for long rows, the same losses, up to a third slower.
      """)
  var recompute = false

  @Flag(help: "Go on with the run in --out; only --steps or --minutes may change.")
  var resume = false

  @Flag(help: "Stop at the first file that cannot be read, instead of skipping it.")
  var strict = false

  /// Tokens of a batch unless told otherwise: in the minutes to hours of a processor, many small
  /// steps learn more than few large ones.
  private static let tokensPerBatch = 2_048

  func validate() throws {
    if let size = vocabulary.wanted, !tokenizer.isLearnt {
      throw ValidationError("--vocabulary \(size) is for --tokenizer bpe or symbols.")
    }
    if case .learnt(insideSymbols: true) = tokenizer, stream != .symbols {
      throw ValidationError("--tokenizer symbols is for --stream symbols.")
    }
    if preset != nil, config != nil {
      throw ValidationError("Give --preset or --config, not both.")
    }
    if steps != nil, minutes != nil {
      throw ValidationError("Give --steps or --minutes, not both.")
    }
    if let steps, steps < 0 { throw ValidationError("--steps \(steps) is negative.") }
    if let minutes, !(minutes > 0 && minutes.isFinite) {
      throw ValidationError("--minutes \(minutes) is not above 0.")
    }
    if let batch, !(1...65_536).contains(batch) {
      throw ValidationError("--batch \(batch) is outside 1 … 65536.")
    }
    if let context, !(16...1_048_576).contains(context) {
      throw ValidationError("--context \(context) is outside 16 … 1048576.")
    }
    guard (1...65_536).contains(accumulate) else {
      throw ValidationError("--accumulate \(accumulate) is outside 1 … 65536.")
    }
    if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate \(learningRate) is not above 0.")
    }
    guard checkpointEvery > 0 else {
      throw ValidationError("--checkpoint-every \(checkpointEvery) is not above 0.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    let progress = ProgressLine()
    let folder = URL(fileURLWithPath: output)
    let pool = threads.pool
    if !resume, TrainingRun.exists(in: folder) {
      throw TrainingError.runExists(path: folder.path)
    }
    if resume, !TrainingRun.exists(in: folder) {
      throw TrainingError.nothingToResume(path: folder.path)
    }
    let sources = try ImageFolder(URL(fileURLWithPath: images))
    let profile = try resume ? storedProfile(folder) : chooseProfile(sources, pool, progress)
    let tokenizer =
      try resume
      ? Tokenizer(contentsOf: folder)
      : chooseTokenizer(sources, profile, pool, interrupt, progress)
    let data = try openData(sources, profile, tokenizer, in: folder, pool, interrupt, progress)
    progress.note(
      """
      \(Format.count(data.count)) images: \(Format.count(data.statistics.tokens)) tokens, \
      \(Format.fixed(data.statistics.mean, 0)) an image, \(data.statistics.longest) at most; \
      \(Format.count(data.heldOutIndices.count)) held out
      """)

    var run: TrainingRun
    if resume {
      run = try TrainingRun(
        resuming: folder, data, budget: budget, recomputing: recompute, pool: pool)
      progress.note("resuming after step \(Format.count(run.trainer.state.step))")
    } else {
      run = try start(data, profile, in: folder, pool)
    }
    describe(run, progress)
    try train(&run, interrupt, progress)
    progress.note(
      """
      wrote \(output); next: jpeglm sample \(output) --count 16 --out samples --grid samples.jpg
      """)
  }

  private var budget: Trainer.Length? {
    steps.map { .steps($0) } ?? minutes.map { .seconds($0 * 60) }
  }

  private func storedProfile(_ folder: URL) throws -> JPEGProfile {
    switch try Checkpoint.codec(of: folder) {
    case .jpeg(let profile): profile
    }
  }

  private func chooseProfile(
    _ sources: ImageFolder, _ pool: WorkerPool, _ progress: ProgressLine
  ) throws -> JPEGProfile {
    let chosen = profile.profile(for: sources, stream: stream, pool)
    progress.note(chosen.description)
    return chosen.profile
  }

  /// What `--tokenizer` says; learnt from the images where it says so.
  private func chooseTokenizer(
    _ sources: ImageFolder, _ profile: JPEGProfile, _ pool: WorkerPool, _ interrupt: Interrupt,
    _ progress: ProgressLine
  ) throws -> Tokenizer {
    switch tokenizer {
    case .bytes: return .bytes
    case .file(let path):
      let tokenizer = try Tokenizer(contentsOf: URL(fileURLWithPath: path))
      guard tokenizer.isLossless else {
        throw ValidationError("\(path) has no token for some byte; choose another --tokenizer.")
      }
      return tokenizer
    case .learnt(let insideSymbols):
      let sample = try vocabulary.sample(of: sources, profile, pool, interrupt, progress)
      let tokenizer = Tokenizer.trained(
        on: sample, vocabulary: vocabulary.count,
        splittingBefore: insideSymbols ? try JPEGCodec(profile).symbolStarts : ByteSet())
      progress.note("\(Format.count(tokenizer.count)) tokens: \(tokenizer)")
      return tokenizer
    }
  }

  private func openData(
    _ sources: ImageFolder, _ profile: JPEGProfile, _ tokenizer: Tokenizer, in folder: URL,
    _ pool: WorkerPool, _ interrupt: Interrupt, _ progress: ProgressLine
  ) throws -> TokenStore {
    let store = folder.appendingPathComponent("images.tokens")
    let mirrored = mirror || (resume && (try? TokenStore(store))?.isMirrored == true)
    let data = try TokenStore.build(
      from: sources, .jpeg(profile), tokenizer: tokenizer, at: store, mirrored: mirrored,
      strict: strict, pool: pool
    ) { state in
      progress.show(
        "reading images \(Format.count(state.done)) of \(Format.count(state.total))",
        isFinal: state.done == state.total)
      if interrupt.signal != 0 { throw ExitCode(128 + interrupt.signal) }
    }
    for file in data.skipped.prefix(5) { progress.note("skipped \(file)") }
    if data.skipped.count > 5 {
      progress.note("… and \(Format.count(data.skipped.count - 5)) more skipped files")
    }
    return data
  }

  private func start(
    _ data: TokenStore, _ profile: JPEGProfile, in folder: URL, _ pool: WorkerPool
  ) throws -> TrainingRun {
    let vocabulary = data.tokenizer.count
    var row = context ?? data.suggestedContext
    var model: LlamaConfiguration
    if let config {
      model = try LlamaConfiguration(contentsOf: URL(fileURLWithPath: config))
      guard model.vocabulary == vocabulary else {
        throw ValidationError(
          "\(config): vocab_size is \(model.vocabulary), the tokenizer has \(vocabulary).")
      }
      if context == nil { row = min(row, model.contextLength) }
      guard row <= model.contextLength else {
        throw ValidationError(
          "--context \(row) is more than max_position_embeddings in \(config).")
      }
    } else {
      model = .preset(preset ?? .mini, vocabulary: vocabulary, contextLength: row)
    }
    var options = Trainer.Options(
      budget: budget ?? .seconds(600), context: row,
      learningRate: learningRate ?? model.suggestedLearningRate)
    options.batch = batch ?? max(1, Self.tokensPerBatch / row)
    options.microBatches = accumulate
    options.optimizer = optimizer.options
    options.seed = seed
    var keeping = TrainingRun.Options()
    keeping.checkpointInterval = .seconds(checkpointEvery)
    let checkpoint = Checkpoint(
      try Llama(model, seed: seed, pool: pool), data.tokenizer, .jpeg(profile))
    return try TrainingRun(
      checkpoint, data, options, keeping, in: folder, recomputing: recompute, pool: pool)
  }

  private func describe(_ run: borrowing TrainingRun, _ progress: ProgressLine) {
    let (options, model) = (run.trainer.options, run.trainer.model.configuration)
    let budget =
      switch options.budget {
      case .steps(let steps): "\(Format.count(steps)) steps"
      case .seconds(let seconds): Format.duration(seconds)
      }
    progress.note(
      """
      Llama of \(Format.count(model.parameterCount)) parameters: \(model.hiddenSize) wide, \
      \(model.layers) layers, \(model.heads) heads; batches of \(options.batch) × \
      \(options.context) tokens, learning rate \(options.schedule.peak), \(budget); \
      \(Format.bytes(run.trainer.memory)) of memory; OpenBLAS \(BLAS.kernelName)
      """)
  }

  private func train(
    _ run: inout TrainingRun, _ interrupt: Interrupt, _ progress: ProgressLine
  ) throws {
    var (loss, bits, speed) = (Smoothed(), Smoothed(), Smoothed())
    try run.run { event in
      switch event {
      case .step(let step):
        loss.add(step.loss)
        bits.add(step.bitsPerByte)
        speed.add(step.tokensPerSecond)
        progress.show(
          """
          step \(Format.count(step.step))  \(Int(step.progress * 100)) %  \
          loss \(Format.fixed(loss.value, 4))  \(Format.fixed(bits.value, 3)) bits/byte  \
          \(Format.count(Int(speed.value))) tokens/s  \(Format.duration(step.remaining)) left
          """)
      case .validation(let step, let validation):
        progress.note(
          """
          step \(Format.count(step)): held-out \
          \(Format.fixed(validation.bitsPerByte, 3)) bits/byte, \
          \(Format.fixed(validation.bitsPerImage, 1)) bits/image, \
          \(validation.baselineShare.map { Format.fixed($0, 4) } ?? "?") of baseline JPEG \
          (\(validation.images) images)
          """)
      case .checkpoint: break
      }
      if interrupt.signal != 0 {
        progress.note("stopping with a checkpoint; --resume goes on")
        throw ExitCode(128 + interrupt.signal)
      }
    }
  }
}

/// An optimiser by its name.
enum OptimizerChoice: String, ExpressibleByArgument, CaseIterable {
  case adamw, muon

  var options: Optimizer.Options {
    Optimizer.Options(muon: self == .muon ? Muon.Options() : nil)
  }
}

/// An exponential mean over about the last thirty values.
private struct Smoothed {
  private var sum = 0.0
  private var weight = 0.0

  mutating func add(_ value: Double) {
    sum = 0.97 * sum + value
    weight = 0.97 * weight + 1
  }

  var value: Double { sum / max(weight, 1) }
}
