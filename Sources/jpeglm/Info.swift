import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Describe a run or checkpoint.",
    discussion: """
      Opens any Hugging Face folder of a Llama over bytes, including that of the published JPEG-LM. If \
      a folder does not open, all reasons are listed.

        jpeglm info run
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  private struct Report: Encodable {
    var parameters: Int
    var config: LlamaConfiguration
    var codec: CodecProfile
    var vocabulary: Int
    var weights: Checkpoint.StoredWeights?
    var sampling: SamplingParameters?
    var training: TrainingRun.Summary?
  }

  func run() throws {
    let url = URL(place: folder)
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(url)
    } catch {
      let faults = Checkpoint.faults(of: url)
      guard faults.count > 1 else { throw error }
      throw FileError.malformed(path: folder, reason: ArgumentFault.doesNotOpen(faults))
    }
    let training = TrainingRun.summary(of: url)
    let model = checkpoint.configuration
    if json {
      return try printJSON(
        Report(
          parameters: model.parameterCount, config: model, codec: checkpoint.codec,
          vocabulary: checkpoint.tokenizer.count, weights: checkpoint.storedWeights,
          sampling: checkpoint.sampling, training: training),
        keys: .convertToSnakeCase)
    }
    try printResult(
      """
      model      Llama, \(Format.count(model.parameterCount)) parameters: \
      \(model.hiddenSize) wide, \(model.layers) layers, \(model.heads) heads \
      (\(model.keyValueHeads) key/value), context \(Format.count(model.contextLength))
      tokens     \(Format.count(checkpoint.tokenizer.count)): \(checkpoint.tokenizer)
      """)
    if let weights = checkpoint.storedWeights {
      let files = weights.files == 1 ? "" : ", \(weights.files) files"
      try printResult(
        """
        weights    \(weights.types.joined(separator: ", ")), \(Format.bytes(weights.bytes)) in \
        \(PlainText.line(weights.file))\(files)
        """)
    }
    try printResult(
      """
      \(checkpoint.codec.mediaKind.name.padding(toLength: 10, withPad: " ", startingAt: 0)) \
      \(checkpoint.codec.summary)\
      \(checkpoint.assumesCodec ? " (assumed: no codec.json)" : "")
      """)
    if let sampling = checkpoint.sampling { try printResult("sampling   \(sampling.words)") }
    guard let training else { return try printResult("training   none recorded") }
    try printResult(
      """
      training   \(Format.count(training.steps)) steps in \
      \(Format.duration(training.seconds)): \(Format.count(training.tokens)) tokens, \
      \(Format.count(training.images)) \(checkpoint.codec.noun)s
      """)
    let codec = checkpoint.codec
    func held(_ bits: Double, _ share: Double?) -> String {
      let share = share.map { ", \(Format.fixed($0, 4)) of what \(codec.baselineName) spends" }
      return "\(Format.fixed(bits, 1)) bits each\(share ?? "")"
    }
    if let bits = training.validationBitsPerImage, let perByte = training.validationBitsPerByte {
      try printResult(
        """
        held-out   \(held(bits, training.validationBaselineShare)), \
        \(Format.fixed(perByte, 3)) bits a \(codec.byteName)
        """)
    }
    if let best = training.best, best.step < training.steps {
      let place = TrainingRun.bestFolder(of: url).lastPathComponent
      try printResult(
        """
        best       \(held(best.bitsPerImage, best.baselineShare)), after step \
        \(Format.count(best.step)): \(PlainText.line(folder))/\(place)
        """)
    }
  }
}
