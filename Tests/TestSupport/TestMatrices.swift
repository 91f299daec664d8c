package import CodecLM

/// Normal numbers, the same for the same seed.
package func normals(_ count: Int, seed: UInt64, deviation: Double = 1) -> [Float] {
  var random = RandomStream(seed: seed)
  return (0..<count).map { _ in Float(deviation * random.normal()) }
}

extension Matrix {
  /// A matrix of its own with the given elements.
  package static func of(_ elements: [Float], rows: Int, columns: Int) throws -> Matrix {
    let matrix = try Matrix(rows: rows, columns: columns)
    matrix.fill(from: elements)
    return matrix
  }

  /// A matrix of its own in which every element shows that it was not written.
  package static func unwritten(rows: Int, columns: Int) throws -> Matrix {
    let matrix = try Matrix(rows: rows, columns: columns)
    matrix.fill(.nan)
    return matrix
  }

  /// The elements as bits, in which −0 differs from 0 and NaN equals itself.
  package var bits: [UInt32] { elements.map(\.bitPattern) }
}
