import CodecLM
import CodecLMEvaluation
import Foundation
import Testing

@Suite struct ClipFiguresTests {
  private func flat(_ value: UInt8) -> PixelImage {
    PixelImage(width: 3, height: 2, channels: 1, samples: [UInt8](repeating: value, count: 6))
  }

  @Test func `differences of pictures are means over their samples`() {
    let a = PixelImage(width: 2, height: 1, channels: 1, samples: [10, 20])
    let b = PixelImage(width: 2, height: 1, channels: 1, samples: [13, 16])
    #expect(a.meanAbsoluteDifference(from: b) == 3.5)
    #expect(a.meanSquaredError(of: b) == 12.5)
  }

  @Test func `movement is the mean over all pairs of frames, without clips that do not decode`() {
    let clips: [[PixelImage]?] = [[flat(0), flat(4), flat(6)], nil, [flat(9), flat(9), flat(9)]]
    let motion = ClipFigures.Motion(of: 3) { clips[$0] }
    #expect(motion.clips == 2)
    #expect(motion.meanDifference == 1.5)
  }

  @Test func `a continuation is compared with what came, as is the last given frame`() throws {
    let real = [flat(100), flat(110), flat(120)]
    let figures = try ClipFigures(continuationsOf: 1, keeping: 1) { _ in
      (real, [real[0], flat(110), flat(115)])
    }
    #expect(figures.kept == 1)
    let (continuation, repetition) = (
      try #require(figures.continuation), try #require(figures.repetition)
    )
    func psnr(_ error: Double) -> Double { 10 * log10(255 * 255 / error) }
    #expect(continuation.framePSNR == [60, psnr(25)])
    #expect(continuation.pooledPSNR == psnr(12.5))
    #expect(repetition.framePSNR == [psnr(100), psnr(400)])
    #expect(repetition.meanPSNR == (psnr(100) + psnr(400)) / 2)
    #expect(figures.realMotion.meanDifference == 10)
    #expect(figures.generatedMotion.meanDifference == 7.5)
  }

  @Test func `continuations that do not decode are an error if there are no others`() {
    #expect(throws: EvaluationError.self) {
      try ClipFigures(continuationsOf: 2, keeping: 1) { _ in nil }
    }
  }
}
