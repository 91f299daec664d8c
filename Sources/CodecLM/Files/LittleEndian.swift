extension [UInt8] {
  /// Appends a number's bytes, the least significant first.
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    for place in Swift.stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> place))
    }
  }

  /// A number's bytes, the least significant first.
  package init(littleEndian value: some FixedWidthInteger) {
    self = []
    append(littleEndian: value)
  }
}
