import CodecLM
import CodecLMEvaluation
import Foundation
import Testing

@Suite struct ComparisonTests {
  private func features(_ dimensions: Int) throws -> FeatureProtocol {
    let json = """
      {"network":"N","weights_sha256":"ab","dimensions":\(dimensions),"resize":"bicubic"}
      """
    return try JSONDecoder().decode(FeatureProtocol.self, from: Data(json.utf8))
  }

  @Test func `too few pictures and unequal counts are warned of`() throws {
    let a = try Comparison.Side("real", FeatureSets.named("a"))
    let few = try Comparison.Side("generated", FeatureSets.named("few"))
    var report = EvaluationReport(features: try features(12), seed: 0)
    report.add([try Comparison(reference: a, set: few)])
    #expect(report.warnings.count == 2)
    #expect(report.warnings[0].contains("No more pictures than the 12 features: generated (7)."))
    #expect(report.warnings[1].contains("real 40, generated 7."))
    var alike = EvaluationReport(features: try features(12), seed: 0)
    alike.add([try Comparison(reference: a, set: a)])
    #expect(alike.warnings.isEmpty)
  }

  @Test func `features that do not say how they were made are warned of too`() throws {
    let a = try Comparison.Side("real", FeatureSets.named("a"))
    let few = try Comparison.Side("generated", FeatureSets.named("few"))
    var report = EvaluationReport(features: nil, seed: 0)
    report.add([try Comparison(reference: a, set: few)])
    #expect(report.warnings.count == 2)
    #expect(report.warnings.first?.contains("than the 12 features: generated (7).") == true)
    #expect(report.warnings.last?.contains("real 40, generated 7. A Fréchet distance") == true)
  }

  @Test func `statistics alone give the Fréchet distance alone`() throws {
    let statistics = try FeatureStatistics(FeatureSets.named("a"))
    let a = Comparison.Side("real", statistics)
    let b = try Comparison.Side("generated", FeatureSets.named("b"))
    let comparison = try Comparison(reference: a, set: b)
    let expected = try FeatureSets.distances().frechet_a_b
    #expect(abs(comparison.frechetDistance - expected) < 1e-9 * expected)
    #expect(comparison.kernelDistance == nil && comparison.shares == nil)
  }
}
