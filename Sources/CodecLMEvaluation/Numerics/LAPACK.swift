internal import COpenBLAS
package import CodecLM

/// Factorisations of symmetric matrices in double precision, by OpenBLAS's LAPACK.
///
/// LAPACK stores columns where a `DoubleMatrix` stores rows; a symmetric matrix is the same in
/// both, and of a triangular result the transpose is seen. Each call runs on the calling thread.
package enum LAPACK {
  /// Replaces a symmetric matrix A by the upper triangular R with RᵀR = A and zeros below it.
  ///
  /// Only the upper triangle of A is read.
  ///
  /// - Returns: whether A is positive definite to working precision; otherwise its elements are of
  ///   no further use.
  /// - Complexity: n³ / 3 operations.
  package static func cholesky(_ a: DoubleMatrix) -> Bool {
    precondition(a.rows == a.columns, "[\(a.rows), \(a.columns)] is not square")
    guard a.rows > 0 else { return true }
    _ = BLAS.kernelName
    var (n, stride, info) = (CInt(a.rows), CInt(a.stride), CInt(0))
    unsafe dpotrf_("L", &n, a.pointer, &stride, &info, 1)
    guard info == 0 else { return false }
    for row in 1..<max(a.rows, 1) { a[row..<row + 1, 0..<row].fill(0) }
    return true
  }

  /// The eigenvalues of a symmetric matrix, ascending, of which only the upper triangle is read.
  ///
  /// The matrix is overwritten by nothing of use.
  ///
  /// - Returns: `nil` if the iteration did not converge.
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: 4 n³ / 3 operations.
  package static func eigenvalues(_ a: DoubleMatrix, pool: WorkerPool) throws -> [Double]? {
    try Tridiagonal(a, pool: pool).eigenvalues()
  }

  /// The eigenvalues of a symmetric matrix, ascending, of which only the upper triangle is read, and
  /// its orthonormal eigenvectors, which replace it, one a row in the order of the eigenvalues.
  ///
  /// - Returns: `nil` if the iteration did not converge.
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: about 9 n³ operations.
  package static func eigenvectors(_ a: DoubleMatrix) throws -> [Double]? {
    precondition(a.rows == a.columns, "[\(a.rows), \(a.columns)] is not square")
    guard a.rows > 0 else { return [] }
    _ = BLAS.kernelName
    let values = try DoubleMatrix(rows: 1, columns: a.rows)
    var (n, stride, info) = (CInt(a.rows), CInt(a.stride), CInt(0))
    var (size, integerSize): (CInt, CInt) = (-1, -1)
    var (wanted, wantedIntegers) = (0.0, CInt(0))
    unsafe dsyevd_(
      "V", "L", &n, a.pointer, &stride, values.pointer, &wanted, &size, &wantedIntegers,
      &integerSize, &info, 1, 1)
    size = CInt(wanted)
    integerSize = wantedIntegers
    let work = try DoubleMatrix(rows: 1, columns: Int(size))
    var integers = [CInt](repeating: 0, count: Int(integerSize))
    unsafe dsyevd_(
      "V", "L", &n, a.pointer, &stride, values.pointer, work.pointer, &size, &integers,
      &integerSize, &info, 1, 1)
    return info == 0 ? values.elements : nil
  }
}
