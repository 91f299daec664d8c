import CodecLM
import Foundation
import Testing

@Suite struct LogitsProcessorTests {
  private func processed(_ logits: [Float], _ processor: some LogitsProcessor) -> [Float] {
    var logits = logits
    var span = logits.mutableSpan
    processor.process(&span)
    return logits
  }

  @Test func `temperature divides`() {
    #expect(processed([1, 2, -4], Temperature(2)) == [0.5, 1, -2])
  }

  @Test(arguments: [1e-30, 1e-38, .leastNonzeroMagnitude] as [Float])
  func `a temperature near 0 takes the likeliest token`(temperature: Float) {
    for logits in [[1, 30, -4, 29], [-90, -3, -.infinity, -4], [-.infinity, 3e38, -3e38]]
      as [[Float]]
    {
      let result = processed(logits, Temperature(temperature))
      for uniform in [0, 0.5, 0.999_999] {
        #expect(SamplingParameters.draw(result.span, at: uniform) == 1, "\(logits) \(uniform)")
      }
    }
  }

  @Test func `the highest temperature makes tokens alike and excludes the excluded`() {
    let result = processed([1, 30, -.infinity], Temperature(.greatestFiniteMagnitude))
    #expect(
      SamplingParameters.draw(result.span, at: 0.49) == 0
        && SamplingParameters.draw(result.span, at: 0.51) == 1)
    #expect(SamplingParameters.draw(result.span, at: 0.999_999) == 1)
  }

  @Test func `top-k keeps the likeliest, of equals the first`() {
    #expect(processed([1, 3, 3], TopK(1)) == [-.infinity, 3, -.infinity])
    #expect(processed([1, 3, 2], TopK(2)) == [-.infinity, 3, 2])
    #expect(processed([1, 3, 2], TopK(7)) == [1, 3, 2])
  }

  @Test func `greedy keeps the likeliest, of equals the first`() {
    #expect(processed([1, 3, 3], Greedy()) == [-.infinity, 3, -.infinity])
  }

  // Probabilities 0.2, 0.5, 0.3.
  @Test(
    arguments: [(0.5, [1]), (0.51, [1, 2]), (0.81, [0, 1, 2]), (1, [0, 1, 2])]
      as [(Double, [Int])])
  func `top-p keeps the smallest set that reaches p`(p: Double, kept: [Int]) {
    let logits = [0.2, 0.5, 0.3].map { Float(log($0)) }
    let result = processed(logits, TopP(p))
    #expect(result.indices.filter { result[$0] > -.infinity } == kept)
  }

  @Test func `excluded tokens are never drawn`() {
    #expect(processed([1, 2, 3], ExcludedTokens([2])) == [1, 2, -.infinity])
  }

  @Test func `a token is drawn where the cumulated probability passes the number`() {
    let logits = [0.2, 0.5, 0.3].map { Float(log($0)) }
    #expect(SamplingParameters.draw(logits.span, at: 0) == 0)
    #expect(SamplingParameters.draw(logits.span, at: 0.19) == 0)
    #expect(SamplingParameters.draw(logits.span, at: 0.21) == 1)
    #expect(SamplingParameters.draw(logits.span, at: 0.69) == 1)
    #expect(SamplingParameters.draw(logits.span, at: 0.71) == 2)
    #expect(SamplingParameters.draw(logits.span, at: 0.999_999) == 2)
    #expect(SamplingParameters.draw([0, -.infinity].span, at: 0.999_999) == 0)
  }
}
