/// What a tensor's elements are in a file, under safetensors' names; little-endian.
package enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 in 8 bytes.
  case float64 = "F64"
  /// IEEE 754 in 4 bytes.
  case float32 = "F32"
  /// IEEE 754 in 2 bytes: 11 bits of precision, up to 65,504.
  case float16 = "F16"
  /// The upper half of a float32: 8 bits of precision, the same range.
  case bfloat16 = "BF16"
  /// Signed, 8 bytes.
  case int64 = "I64"
  /// Signed, 4 bytes.
  case int32 = "I32"
  /// Signed, 2 bytes.
  case int16 = "I16"
  /// Signed, 1 byte.
  case int8 = "I8"
  /// Unsigned, 8 bytes.
  case uint64 = "U64"
  /// Unsigned, 4 bytes.
  case uint32 = "U32"
  /// Unsigned, 2 bytes.
  case uint16 = "U16"
  /// Unsigned, 1 byte.
  case uint8 = "U8"
  /// 0 or 1 in a byte.
  case bool = "BOOL"

  /// Bytes of one element.
  package var bytes: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether the elements are floating-point numbers.
  package var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }
}
