package import CodecLM

/// How a picture becomes as large as a feature network wants it.
///
/// The choice moves distances as much as a codec does (Parmar et al., arXiv 2104.11222): compare only
/// numbers of the same one. Both work in floating point, without rounding to 8 bits.
public enum FeatureResize: String, Sendable, Codable, CaseIterable {
  /// Bicubic (a = −0.5), widened where a side shrinks so that nothing aliases, and kept in 0 ... 255:
  /// clean-fid's.
  case bicubic
  /// Bilinear between the two nearest pixels, without antialiasing: pytorch-fid's, for numbers to set
  /// beside older ones.
  case bilinear

  /// One line that says what is done.
  public var summary: String {
    switch self {
    case .bicubic: "bicubic with antialiasing (clean-fid)"
    case .bilinear: "bilinear without antialiasing (pytorch-fid)"
    }
  }

  /// Resizes an RGB picture into a tensor, and makes the border zero.
  package func draw(
    _ image: PixelImage, in buffer: FloatBuffer, at tensor: BlockTensor, _ range: SampleRange
  ) {
    Kernels.clearBorder(buffer, tensor)
    Kernels.resample(
      image.samples, rows: taps(from: image.height, to: tensor.height),
      columns: taps(from: image.width, to: tensor.width), scale: range.scale, shift: range.shift,
      into: buffer, tensor)
  }

  private func taps(from old: Int, to new: Int) -> FloatTaps {
    switch self {
    case .bicubic:
      let stretch = max(Double(old) / Double(new), 1)
      return FloatTaps(from: old, to: new, reach: 2 * stretch) { Self.cubic($0 / stretch) }
    case .bilinear:
      return FloatTaps(nearestTwoFrom: old, to: new)
    }
  }

  /// Keys' kernel with a = −0.5.
  private static func cubic(_ distance: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
    return 0
  }
}
