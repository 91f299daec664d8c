import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on a folder of JPEG files or videos.",
    discussion: """
      Reads every .jpg and .jpeg below a folder, or with --codec avc every video, whatever its size and \
      kind, and trains a Llama on their canonical form. What is not said is chosen from the pictures and printed. The run's \
      folder is a checkpoint at any time: sample from it while it trains. The model to which held-out \
      pictures were likeliest is kept in its folder best. Ctrl-C ends the run with a checkpoint; \
      --resume goes on.

        jpeglm train photos --out run --minutes 30
        jpeglm train photos --out run --minutes 60 --resume
        jpeglm train photos --out mine --from Models/photos64 --minutes 20 --mirror
        jpeglm train photos --out paper --size 256 --restart 1 \\
          --stream abbreviated --tokenizer bpe --optimizer adamw --preset small
        jpeglm train clips --codec avc --size 64x48 --frames 8 --out clips-run
      """)

  @Argument(help: "Folder of JPEG files or videos; subfolders are searched.")
  var images: String

  @Option(name: .customLong("out"), help: "Folder for the run.")
  var output: String

  @OptionGroup(title: "Canonical form")
  var profile: ProfileOptions

  @Option(
    help: """
      What the model reads of each file: symbols (coefficients without their Huffman codes), scan \
      (the entropy-coded bytes), abbreviated (with headers but no tables) or full. By default symbols; \
      scan with --tokenizer bytes, bpe or a file. Of videos: slices, or annexb (the whole file).
      """)
  var stream: StreamChoice?

  @Option(
    help: """
      symbols (a token for each frequent symbol), bytes (one token a byte), bpe (learn tokens from the \
      images) or the file of a tokenizer: tokenizer.json or SentencePiece's tokenizer.model. By \
      default symbols; bytes with --stream scan, abbreviated or full; bpe for videos.
      """)
  var tokenizer: TokenizerChoice?

  @OptionGroup(title: "With --tokenizer bpe or symbols")
  var vocabulary: VocabularyOptions

  @Flag(
    help: """
      Train on each picture's mirror image too, where left and right do not matter: not for digits or \
      letters.
      """)
  var mirror = false

  @Option(
    help: """
      Model: nano (0.6 million parameters with 1,024 tokens), tiny (1.25), mini (2.6), micro (5.3), \
      small (26), base or 7b; by default one that gets through enough pictures in its time.
      """)
  var preset: LlamaConfiguration.Preset?

  @Option(help: "Model by a JSON file with Hugging Face's field names.")
  var config: String?

  @Option(
    help: ArgumentHelp(
      """
      Go on from a trained model: a folder of Models, another run or a checkpoint. Its size of \
      pictures, tokens and shape are kept, so that a few hundred pictures of one's own are enough.
      """, valueName: "checkpoint"))
  var from: String?

  @Option(help: "Optimiser steps; 0 writes an untrained model.")
  var steps: Int?

  @Option(
    help: """
      Minutes that the command takes, reading pictures included; 10 if neither --steps nor --minutes is \
      given. With --resume, of the run from its beginning.
      """)
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

  @Option(
    help: """
      Seconds between checkpoints, more where they would take over a twentieth of the time; by default 60, with \
      --minutes at most a tenth of the time.
      """)
  var checkpointEvery: Double?

  @Option(
    help: "Checkpoints to keep, the newest, 2 by default; each is three times the model's size.")
  var keep: Int?

  @Option(
    help: """
      Pictures that the model writes at each checkpoint, on one sheet in the run's samples folder; 0 for \
      none. A sheet that would take more than a fortieth of the time is left out or not finished.
      """)
  var samples = 16

  @Option(help: "Folder for TensorBoard's event files: curves and sheets of samples.")
  var tensorboard: String?

  @OptionGroup var limits: LimitOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(
    help: """
      Keep a fifth of the activations and make the others again in the backward pass: less memory \
      for long rows, the same losses, up to a third slower.
      """)
  var recompute = false

  @Flag(
    help: """
      Go on with the run in --out. --steps or --minutes and --keep may change; what else determines the \
      run is as it was, whatever is given now.
      """)
  var resume = false

  @Flag(help: "Stop at the first file that cannot be read, instead of skipping it.")
  var strict = false

  /// Steps for each entry of TensorBoard's curves.
  private static let stepsPerEntry = 10

  func validate() throws {
    if let size = vocabulary.wanted, !tokenizerChoice.isLearnt {
      throw ValidationError("--vocabulary \(size) is for --tokenizer bpe or symbols.")
    }
    try profile.check(streamChoice)
    if tokenizer == .learnt(insideSymbols: true), streamChoice != .image(.symbols) {
      throw ValidationError("--tokenizer symbols is for --stream symbols.")
    }
    if from != nil {
      let others: [(String, Bool)] = [
        ("--stream", stream != nil), ("--tokenizer", tokenizer != nil),
        ("--vocabulary", vocabulary.wanted != nil), ("--preset", preset != nil),
        ("--config", config != nil),
      ]
      if let name = profile.given.first ?? others.first(where: \.1)?.0 {
        throw ValidationError("\(name) cannot be given with --from, whose model decides it.")
      }
    }
    if preset != nil, config != nil {
      throw ValidationError("Give --preset or --config, not both.")
    }
    if steps != nil, minutes != nil {
      throw ValidationError("Give --steps or --minutes, not both.")
    }
    guard (0...1_024).contains(samples) else {
      throw ValidationError("--samples \(samples) is outside 0 … 1024.")
    }
    do {
      var training = Trainer.Options(
        budget: budget ?? .steps(0), context: context ?? 512, learningRate: learningRate ?? 1)
      training.batch = batch ?? training.batch
      training.microBatches = accumulate
      try training.validate()
      var keeping = TrainingRun.Options()
      keeping.keep = keep ?? keeping.keep
      if let checkpointEvery { keeping.checkpointInterval = .seconds(checkpointEvery) }
      try keeping.validate()
    } catch {
      throw ValidationError(Self.text(error))
    }
  }

  /// A setting that no run can have, in the words of the options.
  private static func text(_ fault: InvalidSetting) -> String {
    var (name, unit) = ("--\(fault.setting.rawValue)", 1.0)
    switch fault.setting {
    case .microBatches: name = "--accumulate"
    case .learningRate: name = "--learning-rate"
    case .checkpointInterval: name = "--checkpoint-every"
    case .seconds: (name, unit) = ("--minutes", 60)
    default: break
    }
    return "\(name) \(InvalidSetting.text(fault.value / unit)) is \(fault.fault(inUnitsOf: unit))."
  }

  /// The length that is given.
  var budget: Trainer.Length? {
    steps.map { .steps($0) } ?? minutes.map { .seconds($0 * 60) }
  }

  func run() throws {
    let start = ContinuousClock.now
    let interrupt = Interrupt()
    let progress = progress.line
    let setup = try TrainSetup(self, interrupt, progress, since: start)
    let lock = try TrainingRun.claim(setup.folder)
    let data = try setup.data()
    var run = try setup.run(on: data, lock)
    var sheets = TrainingSamples(run, count: samples, pool: setup.plan.pool, progress)
    let sheetMemory = try checkMemory(run, &sheets, progress)
    describe(run, sheetMemory, progress)
    var report = TrainingReport(run, data, progress)
    let log = try tensorboard.map { try TensorBoardLog(in: URL(place: $0)) }
    func check() throws {
      try interrupt.check()
    }
    var reserve = 0.0
    if case .seconds(let seconds) = run.trainer.options.budget {
      reserve = sheets.limit(ofRun: seconds)
    }
    do {
      try run.run(after: setup.elapsed, reserving: reserve) { event in
        report.show(event)
        switch event {
        case .step(let step):
          if step.step % Self.stepsPerEntry == 0, step.fault == nil { try log?.add(step) }
        case .validation(let step, let validation): try log?.add(validation, step: step)
        case .checkpoint(let step):
          do {
            try sheets.write(
              step: step, isLast: report.isFinished, ofRun: report.wholeTime, log, check: check)
          } catch  where interrupt.signal == 0 {
            // A picture is not worth a run.
            progress.note("no sheet of samples after step \(Format.count(step)): \(error)")
          }
        default: break
        }
        try check()
      }
    } catch let code as ExitCode where interrupt.signal != 0 {
      progress.note(stopped(at: run.checkpointStep))
      throw code
    }
    report.conclude(output, best: run.best)
  }

  /// What there is after a signal.
  private func stopped(at step: Int?) -> String {
    guard let step else {
      return "stopped before the first checkpoint; there is nothing to resume"
    }
    return "stopped with the checkpoint of step \(Format.count(step)); --resume goes on"
  }

  var streamChoice: StreamChoice {
    if let stream { return stream }
    if profile.isVideo { return .video(.slices) }
    let isOfSymbols = tokenizer == nil || tokenizer == .learnt(insideSymbols: true)
    return .image(isOfSymbols ? .symbols : .scan)
  }

  var tokenizerChoice: TokenizerChoice {
    if let tokenizer { return tokenizer }
    return switch streamChoice {
    case .image(.symbols): .learnt(insideSymbols: true)
    case .image: .bytes
    case .video: .learnt(insideSymbols: false)
    }
  }

  /// Stops before the first step where the system would end the program in the middle of one; where there
  /// is too little memory for the samples alone, fewer of them are written at a time, or none.
  ///
  /// - Returns: the bytes that a sheet of samples takes.
  private func checkMemory(
    _ run: borrowing TrainingRun, _ sheets: inout TrainingSamples, _ progress: ProgressLine
  ) throws -> Int {
    let copies = resume ? 3 : 1
    // Parameters, and moments that were read, are among what is taken already.
    let needed =
      run.trainer.memory - copies * 4 * run.trainer.model.configuration.parameterCount
    guard let available = MachineLimits.availableMemory else { return try sheets.memory }
    guard needed <= available else {
      let smaller = resume ? "" : "a smaller --batch, --context, --size or --preset, or "
      throw ValidationError(
        """
        Training needs \(Format.bytes(needed)) more of memory and \(Format.bytes(available)) are free; \
        give \(smaller)--recompute, or end other programs.
        """)
    }
    while sheets.streams > 0, try needed + sheets.memory > available { sheets.streams /= 2 }
    if samples > 0, sheets.streams == 0 {
      progress.note("there is too little memory for sheets of samples; none are written")
    }
    return try sheets.memory
  }

  private func describe(
    _ run: borrowing TrainingRun, _ sheetMemory: Int, _ progress: ProgressLine
  ) {
    let (options, model) = (run.trainer.options, run.trainer.model.configuration)
    let budget =
      switch options.budget {
      case .steps(let steps): "\(Format.count(steps)) steps"
      case .seconds(let seconds): Format.duration(seconds)
      }
    let sheet = sheetMemory == 0 ? "" : ", \(Format.bytes(sheetMemory)) of them for samples"
    progress.note(
      """
      Llama of \(Format.count(model.parameterCount)) parameters: \(model.hiddenSize) wide, \
      \(model.layers) layers, \(model.heads) heads; batches of \(options.batch) × \
      \(options.context) tokens, learning rate \(options.schedule.peak), \(budget); \
      \(Format.bytes(run.trainer.memory + sheetMemory)) of memory\(sheet); OpenBLAS \
      \(BLAS.kernelName)
      """)
  }
}

/// An optimiser by its name.
enum OptimizerChoice: String, ExpressibleByArgument, CaseIterable {
  case adamw, muon

  var options: Optimizer.Options {
    Optimizer.Options(muon: self == .muon ? Muon.Options() : nil)
  }
}
