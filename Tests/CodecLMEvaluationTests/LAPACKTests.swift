import CodecLM
import CodecLMEvaluation
import TestSupport
import Testing

@Suite struct LAPACKTests {
  /// H D H with a reflection H, so that the eigenvalues are those of D; its lower triangle is absurd.
  private func reflected(_ eigenvalues: [Double]) throws -> DoubleMatrix {
    let n = eigenvalues.count
    let direction = normals(n, seed: 6).map(Double.init)
    let square = direction.reduce(0) { $0 + $1 * $1 }
    let matrix = try DoubleMatrix(rows: n, columns: n)
    // (D H)ᵢⱼ = dᵢ (δᵢⱼ − 2 uᵢ uⱼ / |u|²), and then H from the left.
    func reflection(_ i: Int, _ j: Int) -> Double {
      (i == j ? 1 : 0) - 2 * direction[i] * direction[j] / square
    }
    for i in 0..<n {
      for j in i..<n {
        matrix[i, j] = (0..<n).reduce(0) {
          $0 + reflection(i, $1) * eigenvalues[$1] * reflection($1, j)
        }
      }
    }
    for i in 0..<n { for j in 0..<i { matrix[i, j] = .nan } }
    return matrix
  }

  /// Sizes within a panel of reflections, at its end, beyond it, and beyond a block.
  @Test(arguments: [1, 2, 3, 32, 33, 71, 270])
  func `eigenvalues are those a matrix was made of`(n: Int) throws {
    let expected = (0..<n).map { Double($0 * $0 - 3 * n) / Double(n * n) }
    let found = try LAPACK.eigenvalues(reflected(expected), pool: .shared) ?? []
    #expect(found.count == n)
    for (found, expected) in zip(found, expected.sorted()) {
      #expect(abs(found - expected) < 1e-12)
    }
    let vectors = try reflected(expected)
    let again = try LAPACK.eigenvectors(vectors) ?? []
    for (found, expected) in zip(again, expected.sorted()) {
      #expect(abs(found - expected) < 1e-12)
    }
    for row in 0..<n {
      let length = vectors.elements(row: row).reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 1e-12)
    }
  }

  @Test func `a matrix that is diagonal already keeps its diagonal`() throws {
    let diagonal = [3.0, 0, -2, 0, 5, 1]
    let found = try LAPACK.eigenvalues(.diagonal(diagonal), pool: .shared)
    #expect(found == diagonal.sorted())
  }

  @Test func `a Cholesky factor has zeros below and gives its matrix back`() throws {
    let matrix = try reflected([1, 4, 9, 2, 7])
    let factor = try DoubleMatrix(copying: matrix)
    #expect(LAPACK.cholesky(factor))
    for i in 0..<5 {
      for j in 0..<5 {
        let product = (0..<5).reduce(0) { $0 + factor[$1, i] * factor[$1, j] }
        #expect(abs(product - matrix[min(i, j), max(i, j)]) < 1e-12)
        if j < i { #expect(factor[i, j] == 0) }
      }
    }
    #expect(!LAPACK.cholesky(try reflected([1, 4, -1])))
  }
}
