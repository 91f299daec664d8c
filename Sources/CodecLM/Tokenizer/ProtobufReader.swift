/// Reads the fields of one Protocol Buffers message.
///
/// Every length is checked against what is left; nothing is copied but what is asked for.
struct ProtobufReader {
  /// A field's value, by its wire type.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A message, a string or bytes.
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) {
    rest = message
  }

  /// The next field, nil at the end.
  ///
  /// - Throws: ``TokenizerError/malformed(reason:)``.
  mutating func next() throws(TokenizerError) -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(bytes: 8))
    case 2:
      guard let count = Int(exactly: try varint()), count <= rest.count else { throw Self.short }
      value = .bytes(rest.prefix(count))
      rest = rest.dropFirst(count)
    case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(bytes: 4)))
    default: throw .malformed(.wireType(tag & 7))
    }
    return (tag >> 3, value)
  }

  private static let short = TokenizerError.malformed(.endsInField)

  /// Seven bits a byte, the low ones first; at most ten bytes.
  private mutating func varint() throws(TokenizerError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw Self.short }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(.longNumber)
  }

  /// Little-endian.
  private mutating func fixed(bytes count: Int) throws(TokenizerError) -> UInt64 {
    guard rest.count >= count else { throw Self.short }
    var value: UInt64 = 0
    for (index, byte) in rest.prefix(count).enumerated() {
      value |= UInt64(byte) << UInt64(8 * index)
    }
    rest = rest.dropFirst(count)
    return value
  }
}
