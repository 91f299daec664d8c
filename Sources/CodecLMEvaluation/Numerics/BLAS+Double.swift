internal import COpenBLAS
package import CodecLM

extension BLAS {
  /// C = scale · A B (+ C if `accumulate`) in double precision; `transposing` says which operand is
  /// transposed.
  package static func multiply(
    _ a: DoubleMatrix, _ b: DoubleMatrix, transposing: Transposition = .none,
    into c: DoubleMatrix, scale: Double = 1, accumulate: Bool = false
  ) {
    let (m, n, inner) = transposing.sizes(
      (a.rows, a.columns), (b.rows, b.columns), into: (c.rows, c.columns))
    guard m > 0, n > 0 else { return }
    _ = kernelName
    unsafe cblas_dgemm(
      CblasRowMajor,
      transposing.flag(.first), transposing.flag(.second),
      CInt(m), CInt(n), CInt(inner), scale,
      a.pointer, CInt(max(a.stride, 1)), b.pointer, CInt(max(b.stride, 1)),
      accumulate ? 1 : 0, c.pointer, CInt(max(c.stride, 1)))
  }
}
