import ArgumentParser
import CodecLM

/// How tokens are drawn.
struct SamplingOptions: ParsableArguments {
  @Option(help: "1 is the model's own distribution, less is bolder; 0 takes the likeliest token.")
  var temperature: Float = 1

  @Option(help: "Draw from the k likeliest tokens only.")
  var topK: Int?

  @Option(help: "Draw from the likeliest tokens that make up this probability, above 0 to 1.")
  var topP: Double?

  @Flag(help: "Draw any byte, valid or not, and say how many files decode.")
  var unconstrained = false

  @Option(
    help: """
      How weights are kept for decoding: f32, f16, bf16 or q8; smaller is faster. By default as they are \
      stored.
      """)
  var weights: WeightFormat?

  func validate() throws {
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature \(temperature) is negative.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k \(topK) is not at least 1.") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p \(topP) is not in (0, 1].")
    }
  }

  var sampling: Sampling { Sampling(temperature: temperature, topK: topK, topP: topP) }
}
