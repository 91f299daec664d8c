/// y = x Wᵀ, with x [rows, inputs], W [outputs, inputs], y [rows, outputs].
package enum Linear {
  package static func forward(_ x: Matrix, weight: Matrix, into y: Matrix, accumulate: Bool = false)
  {
    BLAS.multiply(x, weight, transposing: .second, into: y, accumulate: accumulate)
  }

  /// dx = dy W.
  package static func backwardInput(_ dy: Matrix, weight: Matrix, into dx: Matrix) {
    BLAS.multiply(dy, weight, into: dx)
  }

  /// dW[outputs, :] += dy[:, outputs]ᵀ x, for a block of the outputs.
  package static func backwardWeight(
    _ dy: Matrix, _ x: Matrix, outputs: Range<Int>, addingTo dweight: Matrix
  ) {
    BLAS.multiply(
      dy.columns(outputs), x, transposing: .first, into: dweight.rows(outputs), accumulate: true)
  }
}
