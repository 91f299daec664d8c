internal import CKernels

/// The Swift face of the C kernels: shapes are checked here, meanings stand in `CKernels.h`.
package enum Kernels {
  /// y += x.
  package static func add(_ x: Matrix, to y: Matrix) {
    checkContiguous(x, y)
    precondition(x.rows == y.rows && x.columns == y.columns)
    unsafe codeclm_add(x.rows * x.columns, x.pointer, y.pointer)
  }

  /// Sum of squares of `range`'s elements, in double precision.
  package static func sumOfSquares(_ buffer: FloatBuffer, _ range: Range<Int>) -> Double {
    check(range, buffer)
    return unsafe codeclm_sum_squares(range.count, buffer.pointer + range.lowerBound)
  }

  /// The sum of `range`'s elements, in any order.
  package static func sum(_ buffer: FloatBuffer, _ range: Range<Int>) -> Float {
    check(range, buffer)
    return unsafe codeclm_sum(range.count, buffer.pointer + range.lowerBound)
  }

  /// Constants of one AdamW step, as in `codeclm_adamw_step`.
  package struct AdamWStep: Sendable {
    package var gradientScale: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    package var learningRate: Float
    package var decay: Float
    package var correction1: Float
    package var correction2: Float

    package init(
      gradientScale: Float, beta1: Float, beta2: Float, epsilon: Float, learningRate: Float,
      decay: Float, correction1: Float, correction2: Float
    ) {
      self.gradientScale = gradientScale
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.learningRate = learningRate
      self.decay = decay
      self.correction1 = correction1
      self.correction2 = correction2
    }
  }

  /// One AdamW step on the elements in `range` of four buffers of one layout.
  package static func adamW(
    _ range: Range<Int>, parameters: FloatBuffer, gradients: FloatBuffer, first: FloatBuffer,
    second: FloatBuffer, _ step: AdamWStep
  ) {
    for buffer in [parameters, gradients, first, second] { check(range, buffer) }
    var constants = codeclm_adamw_step(
      gradient_scale: step.gradientScale, beta1: step.beta1, beta2: step.beta2,
      epsilon: step.epsilon, learning_rate: step.learningRate, decay: step.decay,
      correction1: step.correction1, correction2: step.correction2)
    let start = range.lowerBound
    unsafe codeclm_adamw(
      range.count, parameters.pointer + start, gradients.pointer + start, first.pointer + start,
      second.pointer + start, &constants)
  }

  /// y[r, :] = table[index[r], :] for `index[rows]`.
  package static func gather(
    _ table: Matrix, _ index: [Int32], _ rows: Range<Int>, into y: Matrix
  ) {
    checkContiguous(table, y)
    precondition(y.rows == rows.count && y.columns == table.columns)
    for row in rows { precondition(index[row] >= 0 && index[row] < table.rows) }
    unsafe index.withUnsafeBufferPointer { index in
      guard let start = index.baseAddress else { return }
      unsafe codeclm_gather(
        rows.count, table.columns, table.pointer, start + rows.lowerBound, y.pointer)
    }
  }

  /// table[index[r], c] += x[r, c] for the given columns, rows in order.
  package static func scatterAdd(
    _ x: Matrix, _ index: [Int32], columns: Range<Int>, into table: Matrix
  ) {
    checkContiguous(table, x)
    precondition(x.rows == index.count && x.columns == table.columns)
    precondition(columns.upperBound <= table.columns)
    for token in index { precondition(token >= 0 && token < table.rows) }
    unsafe codeclm_scatter_add(
      x.rows, x.columns, columns.lowerBound, columns.upperBound, x.pointer, index, table.pointer)
  }

  /// y = silu(gate) · up, where a row of `gateUp` holds the gates, then the ups.
  package static func swiGLU(_ gateUp: Matrix, into y: Matrix) {
    checkContiguous(gateUp, y)
    precondition(gateUp.columns == 2 * y.columns && gateUp.rows == y.rows)
    unsafe codeclm_swiglu(y.rows, y.columns, gateUp.pointer, y.pointer)
  }

  /// The gradient of ``swiGLU(_:into:)``, and its result once more.
  package static func swiGLUBackward(
    _ gateUp: Matrix, dy: Matrix, dgateUp: Matrix, recomputing y: Matrix
  ) {
    checkContiguous(gateUp, dy, dgateUp, y)
    precondition(gateUp.columns == 2 * y.columns && dgateUp.columns == gateUp.columns)
    precondition(gateUp.rows == y.rows && dgateUp.rows == y.rows && dy.rows == y.rows)
    precondition(dy.columns == y.columns)
    unsafe codeclm_swiglu_backward(
      y.rows, y.columns, gateUp.pointer, dy.pointer, dgateUp.pointer, y.pointer)
  }

  /// y = x · rstd · weight, rstd = 1 / √(mean x² + ε) for each row.
  package static func rmsNorm(
    _ x: Matrix, weight: Matrix, epsilon: Float, into y: Matrix, rstd: Matrix
  ) {
    checkContiguous(x, weight, y, rstd)
    precondition(weight.rows == 1 && weight.columns == x.columns)
    precondition(y.rows == x.rows && y.columns == x.columns && rstd.rows == x.rows)
    unsafe codeclm_rms_norm(
      x.rows, x.columns, x.pointer, weight.pointer, epsilon, y.pointer, rstd.pointer)
  }

  /// dx and dweight gain the gradient of ``rmsNorm(_:weight:epsilon:into:rstd:)``; y is recomputed.
  package static func rmsNormBackward(
    _ x: Matrix, weight: Matrix, rstd: Matrix, dy: Matrix, addingTo dx: Matrix, dweight: Matrix,
    recomputing y: Matrix
  ) {
    checkContiguous(x, weight, rstd, dy, dx, dweight, y)
    precondition(weight.columns == x.columns && dweight.columns == x.columns)
    precondition(weight.rows == 1 && dweight.rows == 1 && rstd.rows == x.rows)
    for other in [dy, dx, y] {
      precondition(other.rows == x.rows && other.columns == x.columns)
    }
    unsafe codeclm_rms_norm_backward(
      x.rows, x.columns, x.pointer, weight.pointer, rstd.pointer, dy.pointer, dx.pointer,
      dweight.pointer, y.pointer)
  }

  /// Rotates the first `heads` vectors of each row by the angles of `positions[rows]`, forward
  /// (`sign` 1) or back (−1).
  package static func rotate(
    _ x: Matrix, heads: Int, table: Matrix, positions: [Int32], _ rows: Range<Int>, sign: Float
  ) {
    let dimension = table.columns
    checkContiguous(table)
    precondition(x.rows == rows.count && heads * dimension <= x.columns && dimension % 2 == 0)
    for row in rows { precondition(positions[row] >= 0 && positions[row] < table.rows) }
    unsafe positions.withUnsafeBufferPointer { positions in
      guard let start = positions.baseAddress else { return }
      unsafe codeclm_rotate(
        x.rows, heads, dimension, x.stride, x.pointer, table.pointer, start + rows.lowerBound,
        sign)
    }
  }

  /// y[r, h] = ⟨a[r, h], b[r, h]⟩ for `y.columns` heads.
  package static func headDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
    checkContiguous(a, b, y)
    precondition(a.rows == y.rows && b.rows == y.rows && a.columns == b.columns)
    precondition(a.columns % y.columns == 0)
    unsafe codeclm_head_dots(
      y.rows, y.columns, a.columns / y.columns, a.pointer, b.pointer, y.pointer)
  }

  /// losses[r] = −log softmax(logits[r])[targets[r]], 0 for a negative target, for `targets[rows]`.
  ///
  /// With `sums` logits become exp(logit − the row's largest), and `sums` their sums; rows without a
  /// target stay.
  package static func crossEntropy(
    _ logits: Matrix, targets: [Int32], _ rows: Range<Int>, exponentialSums sums: Matrix?,
    losses: Matrix
  ) {
    checkContiguous(logits, losses, sums ?? losses)
    precondition(logits.rows == rows.count && losses.rows == rows.count && losses.columns == 1)
    precondition(sums.map { $0.rows == rows.count && $0.columns == 1 } ?? true)
    for row in rows { precondition(targets[row] < logits.columns) }
    unsafe targets.withUnsafeBufferPointer { targets in
      guard let start = targets.baseAddress else { return }
      unsafe codeclm_cross_entropy(
        logits.rows, logits.columns, logits.pointer, start + rows.lowerBound, sums?.pointer,
        losses.pointer)
    }
  }

  /// The gradient of Σ `weights[r]` · losses[r], in place of the exponentials that
  /// ``crossEntropy(_:targets:_:exponentialSums:losses:)`` has left.
  package static func crossEntropyBackward(
    _ exponentials: Matrix, targets: [Int32], weights: [Float], _ rows: Range<Int>,
    exponentialSums sums: Matrix
  ) {
    checkContiguous(exponentials, sums)
    precondition(exponentials.rows == rows.count && sums.rows == rows.count && sums.columns == 1)
    for row in rows { precondition(targets[row] < exponentials.columns) }
    precondition(rows.lowerBound >= 0 && rows.upperBound <= weights.count)
    unsafe targets.withUnsafeBufferPointer { targets in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let target = targets.baseAddress, let weight = weights.baseAddress else { return }
        unsafe codeclm_cross_entropy_backward(
          exponentials.rows, exponentials.columns, exponentials.pointer,
          target + rows.lowerBound, sums.pointer, weight + rows.lowerBound)
      }
    }
  }

  static func checkContiguous(_ matrices: Matrix...) {
    for matrix in matrices {
      precondition(matrix.isContiguous, "a kernel needs contiguous rows")
    }
  }

  private static func check(_ range: Range<Int>, _ buffer: FloatBuffer) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= buffer.count, "\(range) of \(buffer.count)")
  }
}
