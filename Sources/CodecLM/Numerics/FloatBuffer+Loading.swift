/// How a file stores floating-point numbers; little-endian.
package enum FloatFormat: String, Sendable {
  case float32 = "F32"
  case bfloat16 = "BF16"
  case float16 = "F16"

  package var bytes: Int { self == .float32 ? 4 : 2 }
}

extension FloatBuffer {
  /// Reads the elements in `range` from a file, from byte `offset` on, widening them to float32.
  package func load(
    _ range: Range<Int>, from file: MappedFile, at offset: Int, as format: FloatFormat
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    precondition(offset >= 0 && offset + range.count * format.bytes <= file.count)
    let target = unsafe pointer + range.lowerBound
    file.withBytes { bytes in
      for index in 0..<range.count {
        let at = offset + index * format.bytes
        switch format {
        case .float32:
          let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self)
          unsafe target[index] = Float(bitPattern: UInt32(littleEndian: bits))
        case .bfloat16:
          let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self)
          unsafe target[index] = Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
        case .float16:
          let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self)
          unsafe target[index] = Float(Float16(bitPattern: UInt16(littleEndian: bits)))
        }
      }
    }
  }
}
