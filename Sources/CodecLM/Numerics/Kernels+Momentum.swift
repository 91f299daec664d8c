extension Kernels {
  /// x *= scale.
  package static func scale(_ x: Matrix, by scale: Float) {
    checkContiguous(x)
    let x = unsafe UnsafeMutableBufferPointer(start: x.pointer, count: x.rows * x.columns)
    for index in x.indices { unsafe x[index] *= scale }
  }

  /// m = β m + g, and y = g + β m: Nesterov's momentum.
  package static func momentum(_ gradient: Matrix, _ momentum: Matrix, beta: Float, into y: Matrix)
  {
    checkContiguous(gradient, momentum, y)
    let count = gradient.rows * gradient.columns
    precondition(momentum.rows * momentum.columns == count && y.rows * y.columns == count)
    let (g, m, y) = unsafe (gradient.pointer, momentum.pointer, y.pointer)
    for index in 0..<count {
      let next = unsafe beta * m[index] + g[index]
      unsafe m[index] = next
      unsafe y[index] = g[index] + beta * next
    }
  }

  /// w = keep · w − rate · update.
  package static func descend(_ w: Matrix, along update: Matrix, rate: Float, keep: Float) {
    checkContiguous(w, update)
    let count = w.rows * w.columns
    precondition(update.rows * update.columns == count)
    let (w, update) = unsafe (w.pointer, update.pointer)
    for index in 0..<count { unsafe w[index] = keep * w[index] - rate * update[index] }
  }
}
