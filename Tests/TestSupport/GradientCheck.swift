package import CodecLM

/// Checks ∇L against (L(x + εv) − L(x − εv)) / 2ε for L = ⟨w, f(x)⟩, summed in Double, in eight
/// directions v of ±1; the error is relative to ‖∇L‖.
///
/// In Float32, ε of 1e-2 balances the cut-off of the third derivative against rounding.
package struct GradientCheck {
  package var epsilon: Float

  package init(epsilon: Float = 1e-2) { self.epsilon = epsilon }

  /// The largest relative error.
  ///
  /// - Parameters:
  ///   - input: the variables; unchanged at the end.
  ///   - loss: L at the input's present value.
  ///   - gradient: ∇L at the input's value, same shape.
  package func error(_ input: Matrix, _ gradient: Matrix, loss: () -> Double) -> Double {
    let (start, slope) = (input.elements, gradient.elements)
    let norm = slope.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    var worst = 0.0
    for direction in 0..<8 {
      var random = RandomStream(seed: 99, stream: UInt64(direction))
      let v = start.map { _ in random.nextWord() & 1 == 0 ? Float(1) : -1 }
      input.fill(from: zip(start, v).map { $0 + epsilon * $1 })
      let above = loss()
      input.fill(from: zip(start, v).map { $0 - epsilon * $1 })
      let below = loss()
      input.fill(from: start)
      let expected = (above - below) / (2 * Double(epsilon))
      let actual = zip(slope, v).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let error = abs(expected - actual) / max(norm, 1e-12)
      // `max` would pass over a NaN.
      worst = error <= worst ? worst : error.isNaN ? .infinity : error
    }
    return worst
  }
}

/// A matrix of normal numbers.
package func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
  try .of(normals(rows * columns, seed: seed), rows: rows, columns: columns)
}

/// ⟨a, b⟩ in Double.
package func inner(_ a: Matrix, _ b: Matrix) -> Double {
  zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
