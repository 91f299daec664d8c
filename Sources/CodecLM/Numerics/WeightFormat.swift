/// How a decoder stores the weights of its matrix products.
///
/// One stream reads every weight for every token, so a token costs time in proportion to the bytes.
public enum WeightFormat: String, Sendable, CaseIterable {
  /// 4 bytes: the parameters themselves.
  case f32
  /// 2 bytes: IEEE 754 half precision, 11 bits of precision; beyond ±65,504 infinite.
  case f16
  /// 2 bytes: the upper half of a float32, rounded to nearest, ties to even; 8 bits of precision.
  case bf16
  /// 1 byte and a sixteenth: each 64 inputs of an output are multiples −127 … 127 of a scale of their
  /// own, so that an error is at most 1/254 of the largest among them.
  case q8
}
