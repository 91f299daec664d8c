import Foundation

/// Writes matrices one after another in the type that a file stores.
struct TensorWriter: ~Copyable {
  private var file: AtomicFile
  // Bytes so far.
  private var position = 0

  /// An empty file.
  init(_ url: URL) throws(FileError) {
    file = try AtomicFile(url)
  }

  mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try file.append(bytes)
    position += bytes.count
  }

  /// Zeros up to the next multiple of `alignment`.
  mutating func pad(to alignment: Int) throws(FileError) {
    try append([UInt8](repeating: 0, count: (alignment - position % alignment) % alignment))
  }

  /// The rows of a matrix in an order of their own.
  mutating func append(
    _ matrix: Matrix, as type: ElementType, row place: (Int) -> Int = { $0 }
  ) throws(FileError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(matrix.columns * type.bytes)
    for row in 0..<matrix.rows {
      bytes.removeAll(keepingCapacity: true)
      matrix.withRow(place(row)) { type.encode($0, to: &bytes) }
      try append(bytes)
    }
  }

  consuming func finish() throws(FileError) { try file.finish() }
}

extension ElementType {
  /// Appends numbers in this type, float32 or bfloat16; the latter rounds to nearest, ties to even.
  fileprivate func encode(_ values: Span<Float>, to bytes: inout [UInt8]) {
    for index in values.indices {
      let bits = values[index].bitPattern
      switch self {
      case .bfloat16:
        // A NaN stays one, whichever half its payload is in.
        let half =
          values[index].isNaN
          ? UInt16(truncatingIfNeeded: bits >> 16) | 0x40
          : UInt16(truncatingIfNeeded: (UInt64(bits) + 0x7fff + UInt64(bits >> 16 & 1)) >> 16)
        bytes.append(littleEndian: half)
      case .float32: bytes.append(littleEndian: bits)
      default: preconditionFailure("\(self) is not written")
      }
    }
  }
}
