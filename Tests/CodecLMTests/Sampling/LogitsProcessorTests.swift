import CodecLM
import Foundation
import Testing

@Suite struct LogitsProcessorTests {
  private func processed(_ logits: [Float], _ processor: some LogitsProcessor) -> [Float] {
    var logits = logits
    var span = logits.mutableSpan
    processor.process(&span, in: DecodingContext(tokens: [256]))
    return logits
  }

  private func draw(_ logits: [Float], _ uniform: Double) -> DrawnToken? {
    DrawnToken(logits.span, at: uniform)
  }

  private func drawn(_ logits: [Float], _ uniform: Double) -> Int32? {
    draw(logits, uniform)?.token
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
        #expect(drawn(result, uniform) == 1, "\(logits) \(uniform)")
      }
    }
  }

  @Test func `the highest temperature makes tokens alike and excludes the excluded`() {
    let result = processed([1, 30, -.infinity], Temperature(.greatestFiniteMagnitude))
    #expect(
      drawn(result, 0.49) == 0
        && drawn(result, 0.51) == 1)
    #expect(drawn(result, 0.999_999) == 1)
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
    #expect(drawn(logits, 0) == 0)
    #expect(drawn(logits, 0.19) == 0)
    #expect(drawn(logits, 0.21) == 1)
    #expect(drawn(logits, 0.69) == 1)
    #expect(drawn(logits, 0.71) == 2)
    #expect(drawn(logits, 0.999_999) == 2)
    #expect(drawn([0, -.infinity], 0.999_999) == 0)
  }

  @Test func `a drawn token says how likely it was, and of nothing none is drawn`() throws {
    let logits = [0.2, 0.5, 0.3].map { Float(log($0)) + 7 }
    for (uniform, probability) in [(0.1, 0.2), (0.5, 0.5), (0.9, 0.3)] {
      let drawn = try #require(draw(logits, uniform))
      #expect(abs(exp(drawn.logProbability) - probability) < 1e-6)
    }
    #expect(draw([0, -.infinity], 0.3)?.logProbability == 0)
    #expect(draw([-.infinity, -.infinity], 0.5) == nil)
  }
}
