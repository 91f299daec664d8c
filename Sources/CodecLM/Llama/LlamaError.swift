/// Why a model that opens cannot be used.
public enum LlamaError: Error, Equatable, CustomStringConvertible {
  /// What it computes is infinite or not a number, with weights, keys and values kept like this.
  case notFinite(weights: WeightFormat, cache: CacheFormat)

  /// One line.
  public var description: String {
    switch self {
    case .notFinite(weights: .f32, cache: .f32):
      "the model's numbers are not finite; its weights are damaged or too large, take another model"
    case .notFinite(let weights, cache: .f32):
      "the model's numbers are not finite with weights as \(weights)"
    case .notFinite(let weights, let cache):
      "the model's numbers are not finite with weights as \(weights) and keys and values as "
        + "\(cache)"
    }
  }
}
