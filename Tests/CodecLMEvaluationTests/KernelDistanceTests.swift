import CodecLM
import CodecLMEvaluation
import TestSupport
import Testing

@Suite struct KernelDistanceTests {
  @Test func `all pairs give the unbiased estimate`() throws {
    let distance = try KernelDistance(
      FeatureSets.named("a"), FeatureSets.named("b"), subsets: 3, seed: 1)
    let expected = try FeatureSets.distances().kernel_a_b
    #expect(abs(distance.value - expected) < 1e-9 * abs(expected))
    #expect(distance.subsetSize == 15)
  }

  @Test func `single features give the estimate that is worked out by head`() throws {
    // k(x, y) = (x y + 1)³ between 0, 1, 0, 1 and 1, 1, 1, 1.
    let a = try Features([[0], [1], [0], [1]])
    let b = try Features([[1], [1], [1], [1]])
    let distance = try KernelDistance(a, b, subsets: 2, subsetSize: 4)
    // Of a's six pairs one has 8 and five have 1; b's all have 8; between them half have 8.
    let expected = 13.0 / 6 + 8 - 2 * 4.5
    #expect(abs(distance.value - expected) < 1e-12)
    // Subsets as large as the sets are the sets.
    #expect(abs(distance.mean - expected) < 1e-12)
    #expect(distance.deviation < 1e-12)
  }

  @Test func `the subsets' mean lies about the estimate from all pairs`() throws {
    let a = try FeatureSets.normal(301, 5, seed: 1)
    let b = try FeatureSets.normal(200, 5, seed: 2, mean: 0.5)
    let distance = try KernelDistance(a, b, seed: 3)
    #expect(distance.subsets == 100 && distance.subsetSize == 100)
    #expect(distance.deviation > 0)
    let error = distance.deviation / 10
    #expect(abs(distance.mean - distance.value) < 5 * error)
    let again = try KernelDistance(a, b, seed: 3, pool: WorkerPool(threads: 3))
    #expect(again == distance)
    let other = try KernelDistance(a, b, seed: 4)
    #expect(other.value == distance.value && other.mean != distance.mean)
  }

  @Test func `sets that cannot be compared are refused`() throws {
    let a = try FeatureSets.named("a")
    #expect(throws: EvaluationError.differentDimensions(12, 3)) {
      try KernelDistance(a, Features(Matrix(rows: 9, columns: 3)))
    }
    #expect(throws: EvaluationError.self) {
      try KernelDistance(a, Features(Matrix(rows: 3, columns: 12)))
    }
    let broken = try FeatureSets.normal(9, 12, seed: 1)
    broken.matrix[3, 3] = .infinity
    #expect(throws: EvaluationError.notFinite) { try KernelDistance(a, broken) }
  }
}
