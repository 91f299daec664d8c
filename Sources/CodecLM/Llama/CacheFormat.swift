/// How a decoder stores the keys and values of the positions behind it.
public enum CacheFormat: String, Sendable, CaseIterable {
  /// 4 bytes.
  case f32
  /// 2 bytes: IEEE 754 half precision, 11 bits.
  case f16
}
