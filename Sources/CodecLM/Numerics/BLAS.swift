internal import CKernels
internal import COpenBLAS

/// Matrix products by OpenBLAS.
///
/// OpenBLAS runs single-threaded: ``WorkerPool`` divides the work, so that two levels of threads
/// never compete. The first use selects OpenBLAS's kernels for the whole process (see
/// ``kernelName``).
public enum BLAS {
  /// The kernels in use, in OpenBLAS's words, for instance `SkylakeX`.
  ///
  /// An OpenBLAS older than the processor falls back to SSE3 kernels, five times slower than the
  /// AVX-512 ones it also holds; unless `OPENBLAS_CORETYPE` is set, the widest that the processor
  /// supports are selected instead.
  public static let kernelName = unsafe String(cString: codeclm_openblas_wake())

  /// The widest instruction set that the library's own loops use on this processor.
  public static let simdName = unsafe String(cString: codeclm_simd_name())

  /// Which operands of a product are transposed.
  package enum Transposition {
    /// C = A B, with A [m, k] and B [k, n].
    case none
    /// C = A Bᵀ, with A [m, k] and B [n, k]: a linear layer, activations times weights.
    case second
    /// C = Aᵀ B, with A [k, m] and B [k, n]: a weight's gradient.
    case first
  }

  /// C = scale · A B (+ C if `accumulate`); `transposing` says which operand is transposed.
  package static func multiply(
    _ a: Matrix, _ b: Matrix, transposing: Transposition = .none, into c: Matrix,
    scale: Float = 1, accumulate: Bool = false
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
    unsafe cblas_sgemm(
      CblasRowMajor,
      transposing == .first ? CblasTrans : CblasNoTrans,
      transposing == .second ? CblasTrans : CblasNoTrans,
      CInt(m), CInt(n), CInt(inner), scale,
      a.pointer, CInt(max(a.stride, 1)), b.pointer, CInt(max(b.stride, 1)),
      accumulate ? 1 : 0, c.pointer, CInt(max(c.stride, 1)))
  }
}
