import CodecLM
import CodecLMEvaluation
import Testing

@Suite struct FrechetDistanceTests {
  private func statistics(_ name: String) throws -> FeatureStatistics {
    try FeatureStatistics(FeatureSets.named(name))
  }

  @Test func `independent features add up by their means and deviations`() throws {
    let (first, second) = ([4.0, 9, 0.25], [1.0, 16, 2.25])
    let a = FeatureStatistics(count: nil, mean: [1, 2, 3], covariance: try .diagonal(first))
    let b = FeatureStatistics(count: nil, mean: [1, 0, 6], covariance: try .diagonal(second))
    // 2² + 3² for the means, (2 − 1)² + (3 − 4)² + (0.5 − 1.5)² for the deviations.
    #expect(abs(try frechetDistance(a, b) - 16) < 1e-12)
    #expect(abs(try frechetDistance(b, a) - 16) < 1e-12)
  }

  @Test func `features that follow each other exactly add up by their directions`() throws {
    let (u, v) = ([3.0, 0, 4], [0.0, 1, 2])
    let a = FeatureStatistics(count: nil, mean: [0, 0, 0], covariance: try .outer(u, u))
    let b = FeatureStatistics(count: nil, mean: [0, 0, 0], covariance: try .outer(v, v))
    // Of u uᵀ v vᵀ the only eigenvalue that is not 0 is (u·v)².
    let expected = 25.0 + 5 - 2 * 8
    #expect(abs(try frechetDistance(a, b) - expected) < 1e-7)
    #expect(abs(try frechetDistance(b, a) - expected) < 1e-7)
  }

  @Test func `a set without variation is as far as its mean and the other's variation`() throws {
    let zero = FeatureStatistics(count: nil, mean: [1, 1], covariance: try .diagonal([0, 0]))
    let other = FeatureStatistics(count: nil, mean: [1, 3], covariance: try .diagonal([2, 5]))
    #expect(abs(try frechetDistance(zero, other) - 11) < 1e-12)
    #expect(abs(try frechetDistance(other, zero) - 11) < 1e-12)
    #expect(try frechetDistance(zero, zero) == 0)
  }

  @Test func `a distance is pytorch-fid's`() throws {
    let distance = try frechetDistance(statistics("a"), statistics("b"))
    let expected = try FeatureSets.distances().frechet_a_b
    #expect(abs(distance - expected) < 1e-9 * expected)
  }

  @Test func `fewer pictures than features give the distance that singular values give`() throws {
    let expected = try FeatureSets.distances().frechet_a_few
    let (a, few) = (try statistics("a"), try statistics("few"))
    #expect(abs(try frechetDistance(a, few) - expected) < 1e-6 * expected)
    #expect(abs(try frechetDistance(few, a) - expected) < 1e-6 * expected)
  }

  @Test(arguments: ["a", "b", "few"])
  func `a set is at no distance from itself`(name: String) throws {
    let set = try statistics(name)
    let scale = (0..<set.dimensions).reduce(0) { $0 + set.covariance[$1, $1] }
    #expect(try frechetDistance(set, set) < 1e-6 * scale)
  }

  @Test(arguments: [290, 700])
  func `threads change no bit`(rows: Int) throws {
    // More features than fit a block, and with fewer and with more pictures than features.
    let columns = 300
    let one = WorkerPool(threads: 1)
    let three = WorkerPool(threads: 3)
    func distance(_ pool: WorkerPool) throws -> Double {
      let a = try FeatureSets.normal(rows, columns, seed: 1)
      let b = try FeatureSets.normal(rows, columns, seed: 2, mean: 0.1)
      return try frechetDistance(
        FeatureStatistics(a, pool: pool), FeatureStatistics(b, pool: pool), pool: pool)
    }
    #expect(try distance(one).bitPattern == distance(three).bitPattern)
  }

  @Test func `sets that cannot be compared are refused`() throws {
    let a = try statistics("a")
    let narrow = FeatureStatistics(count: nil, mean: [0], covariance: try .diagonal([1]))
    #expect(throws: EvaluationError.differentDimensions(12, 1)) { try frechetDistance(a, narrow) }
    let broken = FeatureStatistics(count: nil, mean: [0], covariance: try .diagonal([.nan]))
    #expect(throws: EvaluationError.notFinite) { try frechetDistance(narrow, broken) }
    let infinite = FeatureStatistics(count: nil, mean: [.infinity], covariance: try .diagonal([1]))
    #expect(throws: EvaluationError.notFinite) { try frechetDistance(infinite, narrow) }
  }
}
