import CodecLM
import TestSupport
import Testing

@Suite struct BLASTests {
  @Test(arguments: [(3, 5, 2), (17, 33, 9), (64, 1, 7)])
  func `products agree with a plain loop`(m: Int, n: Int, k: Int) throws {
    let wide = try randomMatrix(m, k + 3, seed: 1)
    let a = wide.columns(2..<2 + k)
    let b = try randomMatrix(k, n, seed: 2)
    let (aFirst, bSecond) = (try Matrix(rows: k, columns: m), try Matrix(rows: n, columns: k))
    for i in 0..<k {
      for row in 0..<m { aFirst[i, row] = a[row, i] }
      for column in 0..<n { bSecond[column, i] = b[i, column] }
    }
    func check(_ product: (Matrix) -> Void, plus base: Float = 0) throws {
      let c = try Matrix(rows: m, columns: n + 4).columns(1..<1 + n)
      c.fill(base)
      product(c)
      for row in 0..<m {
        for column in 0..<n {
          let sum = (0..<k).reduce(0.0) { $0 + Double(a[row, $1]) * Double(b[$1, column]) }
          #expect(abs(Double(c[row, column] - base) - sum) < 1e-4)
        }
      }
    }
    try check { BLAS.multiply(a, b, into: $0) }
    try check { BLAS.multiply(a, bSecond, transposing: .second, into: $0) }
    try check { BLAS.multiply(aFirst, b, transposing: .first, into: $0) }
    try check({ BLAS.multiply(a, b, into: $0, accumulate: true) }, plus: 2)
  }

  @Test func `OpenBLAS uses kernels of the processor's own width`() {
    let narrow = ["Prescott", "Core2", "Nehalem", "Generic"]
    #expect(BLAS.simdName == "SSE2" || !narrow.contains(BLAS.kernelName))
  }
}
