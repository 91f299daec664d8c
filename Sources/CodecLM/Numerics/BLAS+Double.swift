internal import COpenBLAS

extension BLAS {
  /// C = scale · A B (+ C if `accumulate`) in double precision; `transposing` says which operand is
  /// transposed.
  package static func multiply(
    _ a: DoubleMatrix, _ b: DoubleMatrix, transposing: Transposition = .none,
    into c: DoubleMatrix, scale: Double = 1, accumulate: Bool = false
  ) {
    let inner = transposing == .first ? a.rows : a.columns
    let (m, n) = (c.rows, c.columns)
    precondition(
      m == (transposing == .first ? a.columns : a.rows)
        && n == (transposing == .second ? b.rows : b.columns)
        && inner == (transposing == .second ? b.columns : b.rows),
      "[\(a.rows), \(a.columns)] by [\(b.rows), \(b.columns)] into [\(m), \(n)]")
    guard m > 0, n > 0 else { return }
    _ = kernelName
    unsafe cblas_dgemm(
      CblasRowMajor,
      transposing == .first ? CblasTrans : CblasNoTrans,
      transposing == .second ? CblasTrans : CblasNoTrans,
      CInt(m), CInt(n), CInt(inner), scale,
      a.pointer, CInt(max(a.stride, 1)), b.pointer, CInt(max(b.stride, 1)),
      accumulate ? 1 : 0, c.pointer, CInt(max(c.stride, 1)))
  }
}
