/// How tokens are drawn from logits.
public struct SamplingParameters: Sendable, Codable, Equatable {
  /// 1 draws from the model's own distribution, 0 takes the likeliest token; not negative.
  public var temperature: Float
  /// Only the k likeliest tokens, if given.
  public var topK: Int?
  /// Only the likeliest tokens that make up this probability, if given.
  public var topP: Double?

  private enum CodingKeys: String, CodingKey {
    case temperature
    case topK = "top_k"
    case topP = "top_p"
  }

  /// The model's own distribution, unless stated otherwise.
  public init(temperature: Float = 1, topK: Int? = nil, topP: Double? = nil) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  /// The likeliest token, always.
  public static let greedy = SamplingParameters(temperature: 0)
}
