import CodecLM
import CodecLMEvaluation
import TestSupport
import Testing

@Suite struct PrecisionRecallTests {
  private func points(_ places: [Float]) throws -> Features {
    try Features(places.map { [$0] })
  }

  @Test func `shares are those that a number line shows`() throws {
    // With one neighbour the real balls are 0±1, 1±1, 3±2 and 9±6, the others 1.5±3.5, 5±3.5, 20±15.
    let real = try points([0, 1, 3, 9])
    let generated = try points([1.5, 5, 20])
    let shares = try PrecisionRecall(real: real, generated: generated, neighbours: 1)
    #expect(shares.precision == 2.0 / 3)
    #expect(shares.recall == 1)
    let back = try PrecisionRecall(real: generated, generated: real, neighbours: 1)
    #expect(back.precision == 1)
    #expect(back.recall == 2.0 / 3)
  }

  @Test func `a loop over all pairs agrees`() throws {
    let shares = try PrecisionRecall(
      real: FeatureSets.named("a"), generated: FeatureSets.named("b"))
    let expected = try FeatureSets.distances()
    #expect(shares.precision == expected.precision_a_b)
    #expect(shares.recall == expected.recall_a_b)
    #expect(shares.neighbours == 3)
  }

  @Test func `a set that repeats few pictures is inside itself`() throws {
    // Four equal rows: every ball is a point, and rounding must not push a copy out of it.
    let few = try FeatureSets.named("few").matrix
    let repeated = try Features((0..<4 * few.rows).map { few.elements(row: $0 % few.rows) })
    let shares = try PrecisionRecall(real: repeated, generated: Features(few.rows(0..<5)))
    #expect(shares.precision == 1)
  }

  @Test func `distant sets share nothing, whatever the number of threads`() throws {
    let near = try FeatureSets.normal(300, 4, seed: 1)
    let far = try FeatureSets.normal(140, 4, seed: 2, mean: 50)
    let none = try PrecisionRecall(real: near, generated: far)
    #expect(none.precision == 0 && none.recall == 0)
    let other = try FeatureSets.normal(140, 4, seed: 3, mean: 0.5)
    let shares = try PrecisionRecall(real: near, generated: other)
    #expect(shares.precision > 0.5 && shares.recall > 0.2)
    let pool = WorkerPool(threads: 3)
    #expect(try PrecisionRecall(real: near, generated: other, pool: pool) == shares)
  }

  @Test func `sets that cannot be compared are refused`() throws {
    let a = try FeatureSets.named("a")
    #expect(throws: EvaluationError.differentDimensions(12, 1)) {
      try PrecisionRecall(real: a, generated: points([1, 2, 3, 4, 5]))
    }
    #expect(throws: EvaluationError.self) {
      try PrecisionRecall(real: a, generated: Features(a.matrix.rows(0..<3)))
    }
  }
}
