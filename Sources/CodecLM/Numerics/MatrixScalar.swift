internal import COpenBLAS

/// The numbers that matrices hold: single precision for models, double for statistics.
package protocol MatrixScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// C = scale · A B + keep · C for C [rows, columns] with sums of `inner` products; a stride is the
  /// distance from one stored row to the next.
  @unsafe static func gemm(
    transposing: BLAS.Transposition, rows: Int, columns: Int, inner: Int, scale: Self,
    _ a: UnsafePointer<Self>, stride aStride: Int, _ b: UnsafePointer<Self>, stride bStride: Int,
    keep: Self, into c: UnsafeMutablePointer<Self>, stride cStride: Int)
}

extension Float: MatrixScalar {
  @unsafe package static func gemm(
    transposing: BLAS.Transposition, rows: Int, columns: Int, inner: Int, scale: Float,
    _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
    stride bStride: Int, keep: Float, into c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    unsafe cblas_sgemm(
      CblasRowMajor, transposing.flag(.first), transposing.flag(.second), CInt(rows),
      CInt(columns), CInt(inner), scale, a, CInt(aStride), b, CInt(bStride), keep, c,
      CInt(cStride))
  }
}

extension Double: MatrixScalar {
  @unsafe package static func gemm(
    transposing: BLAS.Transposition, rows: Int, columns: Int, inner: Int, scale: Double,
    _ a: UnsafePointer<Double>, stride aStride: Int, _ b: UnsafePointer<Double>,
    stride bStride: Int, keep: Double, into c: UnsafeMutablePointer<Double>, stride cStride: Int
  ) {
    unsafe cblas_dgemm(
      CblasRowMajor, transposing.flag(.first), transposing.flag(.second), CInt(rows),
      CInt(columns), CInt(inner), scale, a, CInt(aStride), b, CInt(bStride), keep, c,
      CInt(cStride))
  }
}

extension BLAS.Transposition {
  fileprivate func flag(_ operand: BLAS.Transposition) -> CBLAS_TRANSPOSE {
    self == operand ? CblasTrans : CblasNoTrans
  }
}
