internal import CKernels
internal import COpenBLAS
import CodecLM

/// A symmetric matrix brought into tridiagonal form by Householder reflections, which keep its
/// eigenvalues: LAPACK's `dsytrd` (Dongarra, Sorensen and Hammarling, *Block reduction of matrices to
/// condensed forms*, 1989) with both of its halves divided over a pool, the products with the matrix
/// and the updates.
///
/// Reflections of a panel are gathered as A ← A − VᵀW − WᵀV, a row of V and W each, before they are
/// applied to what follows. Results do not depend on the number of threads.
///
/// On one thread it is as fast as OpenBLAS's `dsyevd` without eigenvectors, which begins with `dsytrd`: 0.13 s
/// for 1,280 features and 0.56 s for 2,048, with 0.12 s and 0.59 s there. What it gains is the second thread:
/// 0.10 s and 0.32 s, 1.25 and 1.85 times as fast as `dsyevd` on the calling thread. With two threads of
/// OpenBLAS's own `dsyevd` takes 0.09 s and 0.33 s, but its results then differ from those of one thread.
/// (Best of 20 on two cores of an AMD EPYC, OpenBLAS 0.3.21.)
struct Tridiagonal {
  /// The diagonal.
  private(set) var diagonal: [Double]
  /// What stands beside it.
  private(set) var offDiagonal: [Double]

  /// Reflections gathered before the matrix is updated.
  private static let panel = 32
  /// Parts into which a product with the matrix is divided.
  private static let parts = 8

  /// Reduces a matrix, of which the upper triangle is read, and destroys it.
  ///
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: 4 n³ / 3 operations.
  init(_ a: DoubleMatrix, pool: WorkerPool) throws {
    precondition(a.rows == a.columns, "[\(a.rows), \(a.columns)] is not square")
    _ = BLAS.kernelName
    let n = a.rows
    diagonal = [Double](repeating: 0, count: n)
    offDiagonal = [Double](repeating: 0, count: max(n - 1, 0))
    // Rows 0 ..< panel are V, the others W; and the other way round.
    let vw = try DoubleMatrix(rows: 2 * Self.panel, columns: n)
    let wv = try DoubleMatrix(rows: 2 * Self.panel, columns: n)
    let shares = try DoubleMatrix(rows: Self.parts, columns: n)
    let factors = try DoubleMatrix(rows: 2, columns: Self.panel)
    for first in stride(from: 0, to: n, by: Self.panel) {
      let count = min(Self.panel, n - first)
      let (v, w) = (vw.rows(0..<count), wv.rows(0..<count))
      for step in 0..<count {
        reduce(first + step, step, a, v, w, factors, shares, pool)
      }
      let rest = first + count..<n
      guard !rest.isEmpty else { break }
      for row in 0..<count {
        vw.rows(count + row..<count + row + 1).copy(from: w.rows(row..<row + 1))
        wv.rows(count + row..<count + row + 1).copy(from: v.rows(row..<row + 1))
      }
      BlockProducts.subtractProduct(
        vw[0..<2 * count, rest], wv[0..<2 * count, rest], from: a[rest, rest], pool: pool)
    }
  }

  /// The eigenvalues, ascending; `nil` if the iteration did not converge.
  ///
  /// - Complexity: O(n²).
  func eigenvalues() -> [Double]? {
    var (n, info) = (CInt(diagonal.count), CInt(0))
    guard n > 0 else { return [] }
    var (values, beside) = (diagonal, offDiagonal)
    unsafe dsterf_(&n, &values, &beside, &info)
    return info == 0 ? values : nil
  }

  /// Makes row i what the panel's reflections so far leave of it, and finds the one that clears it
  /// beyond its second element.
  private mutating func reduce(
    _ i: Int, _ step: Int, _ a: DoubleMatrix, _ v: DoubleMatrix, _ w: DoubleMatrix,
    _ factors: DoubleMatrix, _ shares: DoubleMatrix, _ pool: WorkerPool
  ) {
    let n = a.rows
    let (here, before) = (i..<n, 0..<step)
    let row = a[i..<i + 1, here]
    for index in before {
      factors[0, index] = v[index, i]
      factors[1, index] = w[index, i]
    }
    Self.addTransposed(w[before, here], factors.rows(0..<1), to: row, scale: -1)
    Self.addTransposed(v[before, here], factors.rows(1..<2), to: row, scale: -1)
    diagonal[i] = row[0, 0]
    guard i + 1 < n else { return }

    let after = i + 1..<n
    let (own, product) = (v[step..<step + 1, after], w[step..<step + 1, after])
    own.copy(from: a[i..<i + 1, after])
    let length = CInt(after.count)
    let head = own[0, 0]
    let tail = unsafe cblas_dnrm2(length - 1, own.pointer + 1, 1)
    guard tail > 0 else {
      offDiagonal[i] = head
      own.fill(0)
      product.fill(0)
      return
    }
    let norm = (head * head + tail * tail).squareRoot()
    let reflected = head < 0 ? norm : -norm
    offDiagonal[i] = reflected
    let tau = (reflected - head) / reflected
    unsafe cblas_dscal(length, 1 / (head - reflected), own.pointer, 1)
    own[0, 0] = 1

    Self.multiply(a[after, after], own, into: product, shares, pool)
    let (pastV, pastW) = (v[before, after], w[before, after])
    Self.multiply(pastW, own, into: factors.rows(0..<1))
    Self.multiply(pastV, own, into: factors.rows(1..<2))
    Self.addTransposed(pastV, factors.rows(0..<1), to: product, scale: -1)
    Self.addTransposed(pastW, factors.rows(1..<2), to: product, scale: -1)
    unsafe cblas_dscal(length, tau, product.pointer, 1)
    let overlap = unsafe cblas_ddot(length, product.pointer, 1, own.pointer, 1)
    unsafe cblas_daxpy(length, -tau / 2 * overlap, own.pointer, 1, product.pointer, 1)
  }

  /// y = A x for a symmetric A whose upper triangle is stored, in parts of equal work.
  private static func multiply(
    _ a: DoubleMatrix, _ x: DoubleMatrix, into y: DoubleMatrix, _ shares: DoubleMatrix,
    _ pool: WorkerPool
  ) {
    let n = a.rows
    // Rows up to r hold 1 − (1 − r / n)² of the triangle.
    @Sendable func end(_ part: Int) -> Int {
      let rest = (1 - Double(part) / Double(parts)).squareRoot()
      return part == parts ? n : Int(Double(n) * (1 - rest)) / 4 * 4
    }
    pool.forEach(parts) { part, _ in
      let share = shares[part..<part + 1, 0..<n]
      let rows = end(part)..<end(part + 1)
      share.fill(0)
      unsafe codeclm_symmetric_rows(
        rows.count, n - rows.lowerBound,
        a.pointer + rows.lowerBound * (a.stride + 1), a.stride,
        x.pointer + rows.lowerBound, share.pointer + rows.lowerBound)
    }
    y.copy(from: shares[0..<1, 0..<n])
    for part in 1..<parts {
      unsafe cblas_daxpy(CInt(n), 1, shares.rows(part..<part + 1).pointer, 1, y.pointer, 1)
    }
  }

  /// y = A x, of vectors that are rows.
  private static func multiply(_ a: DoubleMatrix, _ x: DoubleMatrix, into y: DoubleMatrix) {
    guard a.rows > 0 else { return }
    unsafe cblas_dgemv(
      CblasRowMajor, CblasNoTrans, CInt(a.rows), CInt(a.columns), 1, a.pointer, CInt(a.stride),
      x.pointer, 1, 0, y.pointer, 1)
  }

  /// y += scale · Aᵀ x, of vectors that are rows.
  private static func addTransposed(
    _ a: DoubleMatrix, _ x: DoubleMatrix, to y: DoubleMatrix, scale: Double
  ) {
    guard a.rows > 0 else { return }
    unsafe cblas_dgemv(
      CblasRowMajor, CblasTrans, CInt(a.rows), CInt(a.columns), scale, a.pointer, CInt(a.stride),
      x.pointer, 1, 1, y.pointer, 1)
  }
}
