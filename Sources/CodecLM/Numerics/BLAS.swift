internal import CKernels

/// Matrix products by OpenBLAS.
///
/// OpenBLAS runs single-threaded: ``WorkerPool`` divides the work, so that two levels of threads
/// never compete. The first use selects OpenBLAS's kernels for the whole process (see
/// ``kernelName``).
package enum BLAS {
  /// The kernels in use, in OpenBLAS's words, for instance `SkylakeX`.
  ///
  /// An OpenBLAS older than the processor falls back to SSE3 kernels, five times slower than the
  /// AVX-512 ones it also holds; unless `OPENBLAS_CORETYPE` is set, the widest that the processor
  /// supports are selected instead.
  package static let kernelName = unsafe String(cString: codeclm_openblas_wake())

  /// The widest instruction set that the library's own loops use on this processor.
  package static let simdName = unsafe String(cString: codeclm_simd_name())

  /// Makes sure that products find their scratch memory where the process's address space is limited
  /// (`ulimit -v`); without a limit, nothing happens.
  ///
  /// OpenBLAS takes 128 MiB of address space, hardly any of it of memory, for each product at a time,
  /// and where it does not get them it waits forever. A program that may run under a limit calls this
  /// first, and should end by `_exit` if it fails, as OpenBLAS's own threads may be waiting already.
  ///
  /// - Parameter products: how many at once: one for each thread, and one more for each processor that
  ///   OpenBLAS has a thread for.
  /// - Throws: ``NumericsError/addressSpace(needed:)``.
  package static func reserveScratch(products: Int) throws(NumericsError) {
    _ = kernelName
    let needed = codeclm_openblas_reserve(UInt32(clamping: products))
    // As much again as a small model and its pictures take.
    if needed > 0 { throw .addressSpace(needed: needed + (256 << 20)) }
  }

  /// Which operands of a product are transposed.
  package enum Transposition: Sendable {
    /// C = A B, with A [m, k] and B [k, n].
    case none
    /// C = A Bᵀ, with A [m, k] and B [n, k]: a linear layer, activations times weights.
    case second
    /// C = Aᵀ B, with A [k, m] and B [k, n]: a weight's gradient.
    case first
  }

  /// C = scale · A B (+ C if `accumulate`); `transposing` says which operand is transposed.
  package static func multiply<Scalar>(
    _ a: DenseMatrix<Scalar>, _ b: DenseMatrix<Scalar>, transposing: Transposition = .none,
    into c: DenseMatrix<Scalar>, scale: Scalar = 1, accumulate: Bool = false
  ) {
    let inner = transposing == .first ? a.rows : a.columns
    precondition(
      c.rows == (transposing == .first ? a.columns : a.rows)
        && c.columns == (transposing == .second ? b.rows : b.columns)
        && inner == (transposing == .second ? b.columns : b.rows),
      "[\(a.rows), \(a.columns)] by [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    guard c.rows > 0, c.columns > 0 else { return }
    _ = kernelName
    unsafe Scalar.gemm(
      transposing: transposing, rows: c.rows, columns: c.columns, inner: inner, scale: scale,
      a.pointer, stride: max(a.stride, 1), b.pointer, stride: max(b.stride, 1),
      keep: accumulate ? 1 : 0, into: c.pointer, stride: max(c.stride, 1))
  }
}
