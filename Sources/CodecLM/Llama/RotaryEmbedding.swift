import Foundation

/// Rotary position embedding in Hugging Face's half-split convention: channel i of a head's first
/// half turns with channel i of its second half by position · θ^(−2i / head dimension).
package struct RotaryEmbedding: Sendable {
  // [context, head dimension]: a position's cosines, then its sines.
  let table: Matrix

  package init(_ configuration: LlamaConfiguration) throws {
    let half = configuration.headDimension / 2
    table = try Matrix(rows: configuration.contextLength, columns: 2 * half)
    let frequencies = (0..<half).map {
      pow(configuration.ropeTheta, -Double($0) / Double(half))
    }
    for position in 0..<configuration.contextLength {
      let angles = frequencies.map { Double(position) * $0 }
      table.rows(position..<position + 1).fill(
        from: angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) })
    }
  }

  /// Rotates queries and keys, the first `heads` vectors of each row, in place.
  package func forward(_ queryKey: Matrix, heads: Int, positions: [Int32], _ rows: Range<Int>) {
    Kernels.rotate(queryKey, heads: heads, table: table, positions: positions, rows, sign: 1)
  }

  /// The gradient of a rotation is the rotation back.
  package func backward(_ dqueryKey: Matrix, heads: Int, positions: [Int32], _ rows: Range<Int>) {
    Kernels.rotate(dqueryKey, heads: heads, table: table, positions: positions, rows, sign: -1)
  }
}
