import ArgumentParser
import CodecLM

/// How tokens are drawn.
struct DrawingOptions: ParsableArguments {
  @Option(
    help: """
      1 is the model's own distribution, lower values favour likely tokens, 0 always takes the likeliest. \
      If neither this nor --top-k nor --top-p is given, the model's generation_config.json decides, else 1.
      """)
  var temperature: Float?

  @Option(help: "Sample from the k likeliest tokens only.")
  var topK: Int?

  @Option(help: "Sample from the likeliest tokens that add up to this probability, above 0 to 1.")
  var topP: Double?

  func validate() throws {
    if let temperature, !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature \(temperature) is not a finite number of at least 0.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k \(topK) is not at least 1.") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p \(topP) is not in (0, 1].")
    }
  }

  /// What is asked for, if anything is.
  var wanted: SamplingParameters? {
    if temperature == nil, topK == nil, topP == nil { return nil }
    return SamplingParameters(temperature: temperature ?? 1, topK: topK, topP: topP)
  }
}

/// How tokens are drawn, and with what.
struct SamplingOptions: ParsableArguments {
  @OptionGroup var drawing: DrawingOptions

  @Flag(help: "Allow every byte, valid or not, and report how many files decode.")
  var unconstrained = false

  @Option(
    help: """
      Format of the weights for decoding: f32, f16, bf16 or q8; smaller is faster. By default as they are \
      stored.
      """)
  var weights: WeightFormat?

  /// What was asked for, else what the model comes with, else its own distribution.
  func sampling(_ checkpoint: Checkpoint) -> SamplingParameters {
    drawing.wanted ?? checkpoint.sampling ?? SamplingParameters()
  }
}

extension SamplingParameters {
  /// In a few words.
  var words: String {
    [
      "temperature \(temperature)", topK.map { "the \($0) likeliest" },
      topP.map { "top-p \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
