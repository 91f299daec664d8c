import CodecLM
import TestSupport
import Testing

@Suite struct GradientCheckTests {
  @Test func `a gradient with one wrong term of 5 % is found`() throws {
    let x = try randomMatrix(3, 5, seed: 1)
    let cube = { x.elements.reduce(0.0) { $0 + Double($1 * $1 * $1) / 3 } }
    let gradient = try Matrix(rows: 3, columns: 5)
    gradient.fill(from: x.elements.map { $0 * $0 })
    #expect(GradientCheck().error(x, gradient, loss: cube) < 1e-3)
    gradient[1, 2] *= 1.05
    gradient[0, 0] *= 1.05
    #expect(GradientCheck().error(x, gradient, loss: cube) > 1e-3)
  }

  @Test(arguments: [0, .nan] as [Float])
  func `a gradient that is nothing or no number is found`(value: Float) throws {
    let x = try randomMatrix(3, 5, seed: 1)
    let gradient = try Matrix(rows: 3, columns: 5)
    gradient.fill(value)
    #expect(GradientCheck().error(x, gradient) { inner(x, x) } > 1)
  }
}
