import CodecLM
import CodecLMEvaluation
import Testing

@Suite struct FeatureResizeTests {
  private func resized(
    _ picture: PixelImage, _ resize: FeatureResize, side: Int
  ) throws -> [Float] {
    let tensor = BlockTensor.rgb(height: side, width: side)
    let buffer = try FloatBuffer(count: tensor.count)
    resize.draw(picture, in: buffer, at: tensor, SampleRange(scale: 1, shift: 0))
    return buffer.withSpan { pixels in
      (0..<3).flatMap { channel in (0..<side * side).map { pixels[4 * $0 + channel] } }
    }
  }

  @Test func `bicubic is Pillow's on floating-point samples, kept in their range`() throws {
    let expected = try #require(try NetworkFixtures.tensors("picture").floats("bicubic"))
    let found = try resized(NetworkFixtures.picture(), .bicubic, side: 21)
    #expect(relativeDifference(found, expected) < 1e-6)
  }

  @Test func `bilinear is PyTorch's without antialiasing`() throws {
    let expected = try #require(try NetworkFixtures.tensors("picture").floats("bilinear"))
    let found = try resized(NetworkFixtures.picture(), .bilinear, side: 33)
    // PyTorch has places in single precision: 2⁻²⁴ of 43 pixels, times an edge of the full range.
    #expect(relativeDifference(found, expected) < 4e-6)
  }

  @Test(arguments: FeatureResize.allCases)
  func `a picture of the right size stays as it is`(resize: FeatureResize) throws {
    let picture = try NetworkFixtures.picture().cropped(x: 4, y: 1, width: 25, height: 25)
    let found = try resized(picture, resize, side: 25)
    let planes = (0..<3).flatMap { channel in
      (0..<625).map { Float(picture.samples[3 * $0 + channel]) }
    }
    #expect(found == planes)
  }

  @Test(arguments: FeatureResize.allCases)
  func `a single pixel fills everything`(resize: FeatureResize) throws {
    let pixel = PixelImage(width: 1, height: 1, channels: 3, samples: [7, 80, 255])
    let found = try resized(pixel, resize, side: 5)
    let expected = [7, 80, 255].flatMap { [Float](repeating: $0, count: 25) }
    #expect(relativeDifference(found, expected) < 1e-6)
  }
}
