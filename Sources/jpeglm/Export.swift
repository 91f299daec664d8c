import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy a model for other programs: a slim Hugging Face folder, or GGUF for llama.cpp.",
    discussion: """
      The folder contains the model and what its tokens mean, without the optimiser's state. \
      transformers' AutoModelForCausalLM and tokenizers open it, and so does jpeglm. A GGUF file \
      contains the weights without a tokenizer: llama.cpp has to be given token ids.

        jpeglm export run --out slim --dtype bf16
        jpeglm export run --gguf model.gguf
        jpeglm export run --out slim --temperature 0.8

      The last one also records in generation_config.json how to sample from the copy unless something \
      else is requested.
      """)

  @Argument(help: ArgumentHelp("Folder of a training run or a checkpoint.", valueName: "run"))
  var folder: String

  @Option(name: .customLong("out"), help: "Folder for the copy.")
  var output: String?

  @Option(help: "Format of the stored weights: f32 or bf16.")
  var dtype = Checkpoint.Storage.bf16

  @OptionGroup(title: "Sampling from the copy")
  var drawing: DrawingOptions

  @Option(help: "GGUF file for llama.cpp.")
  var gguf: String?

  @Flag(help: "Replace the file of --gguf if it exists; a folder of another model never is.")
  var force = false

  func validate() throws {
    guard output != nil || gguf != nil else {
      throw ValidationError("Give --out FOLDER, --gguf FILE, or both.")
    }
    if output == nil, drawing.wanted != nil {
      throw ValidationError("Sampling parameters are stored in a folder: give --out FOLDER.")
    }
    if let output, let own = FileIdentity(folder), own == FileIdentity(output) {
      throw ValidationError("--out \(output) is the model's own folder.")
    }
  }

  func run() throws {
    if let output { try ResultPlace.check(folder: output) }
    if let gguf {
      try ResultPlace.check(file: gguf, force: force, reading: RunFolder.files(in: folder))
    }
    if let output { try TrainingRun.checkIsFree(URL(place: output), orBegun: false) }
    var checkpoint = try Checkpoint(URL(place: folder))
    if let wanted = drawing.wanted { checkpoint.sampling = wanted }
    if let output {
      try checkpoint.export(to: URL(place: output), storage: dtype)
      try printResult("wrote \(PlainText.line(output))")
    }
    if let gguf {
      try checkpoint.exportGGUF(to: ResultPlace.file(gguf), storage: dtype)
      try printResult("wrote \(PlainText.line(gguf))")
    }
  }
}
