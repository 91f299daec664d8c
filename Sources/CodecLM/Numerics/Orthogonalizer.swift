/// Brings a matrix close to the nearest one with orthonormal rows or columns, by products alone.
///
/// Five steps of the quintic Newton–Schulz iteration X ← aX + b(XXᵀ)X + c(XXᵀ)²X, whose constants
/// (Jordan et al., *Muon*, 2024) bring every singular value that is not tiny into about 0.7 … 1.2. A
/// sum is taken over the shorter side, so that X is never transposed.
///
/// Holds scratch for one matrix at a time.
package struct Orthogonalizer: Sendable {
  private static let (a, b, c) = (3.4445 as Float, -4.7750 as Float, 2.0315 as Float)
  private static let steps = 5

  private let result: FloatBuffer
  private let other: FloatBuffer
  private let gram: FloatBuffer
  private let polynomial: FloatBuffer

  /// Scratch for matrices of at most these sizes.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(elements: Int, shorterSide: Int) throws {
    result = try FloatBuffer(count: elements)
    other = try FloatBuffer(count: elements)
    gram = try FloatBuffer(count: shorterSide * shorterSide)
    polynomial = try FloatBuffer(count: shorterSide * shorterSide)
  }

  /// Bytes of scratch.
  var bytes: Int { 4 * (result.count + other.count + gram.count + polynomial.count) }

  /// Room for a matrix of `rows` × `columns`, to be filled and given to ``orthogonalize(_:)``.
  package func matrix(rows: Int, columns: Int) -> Matrix {
    Matrix(result, rows: rows, columns: columns)
  }

  /// The matrix close to the orthogonal one nearest to `start`, which is overwritten; it stays valid
  /// until the next call.
  ///
  /// - Complexity: O(steps · r · c · min(r, c)).
  package func orthogonalize(_ start: Matrix) -> Matrix {
    let side = min(start.rows, start.columns)
    let isWide = start.rows <= start.columns
    let (gram, polynomial) = (
      Matrix(gram, rows: side, columns: side), Matrix(polynomial, rows: side, columns: side)
    )
    var x = start
    var next = Matrix(other, rows: x.rows, columns: x.columns)
    let elements = x.offset..<x.offset + x.rows * x.columns
    let norm = Kernels.sumOfSquares(x.buffer, elements).squareRoot()
    Kernels.scale(x, by: 1 / Float(max(norm, 1e-20)))
    for _ in 0..<Self.steps {
      BLAS.multiply(x, x, transposing: isWide ? .second : .first, into: gram)
      // (aI + bA + cA²) X is aX + bAX + cA²X.
      polynomial.copy(from: gram)
      Kernels.scale(polynomial, by: Self.b)
      BLAS.multiply(gram, gram, into: polynomial, scale: Self.c, accumulate: true)
      for index in 0..<side { polynomial[index, index] += Self.a }
      if isWide {
        BLAS.multiply(polynomial, x, into: next)
      } else {
        BLAS.multiply(x, polynomial, into: next)
      }
      swap(&x, &next)
    }
    return x
  }
}
