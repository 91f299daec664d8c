import Foundation

/// Rotary position embedding in Hugging Face's half-split convention: channel i of a head's first
/// half turns with channel i of its second half by position · θ^(−2i / head dimension), scaled as
/// ``RopeScaling`` says.
package struct RotaryEmbedding: Sendable {
  // [positions, head dimension]: a position's cosines, then its sines.
  let table: Matrix

  /// Those that can be embedded.
  var positions: Range<Int> { 0..<table.rows }

  /// The angles of the positions 0 ..< `positions`, by default all of the context.
  package init(_ configuration: LlamaConfiguration, positions: Int? = nil) throws {
    let positions = positions ?? configuration.contextLength
    table = try Matrix(rows: positions, columns: configuration.headDimension)
    let frequencies = Self.frequencies(configuration)
    for position in 0..<positions {
      let angles = frequencies.map { Double(position) * $0 }
      table.rows(position..<position + 1).fill(
        from: angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) })
    }
  }

  /// The angle that one position turns each pair of channels by.
  static func frequencies(_ configuration: LlamaConfiguration, scaled: Bool = true) -> [Double] {
    let half = configuration.headDimension / 2
    return (0..<half).map {
      let frequency = pow(configuration.ropeTheta, -Double($0) / Double(half))
      return scaled ? configuration.ropeScaling?.frequency(frequency) ?? frequency : frequency
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
