import Foundation

extension PixelImage {
  /// The picture in another size, filtered with a three-lobed Lanczos kernel.
  ///
  /// When a side shrinks the kernel widens with it, so that nothing aliases. Weights that would
  /// fall outside the picture are left out and the others rescaled. The arithmetic is Pillow's, so
  /// that the result equals its `resize` bit for bit: weights of 22 binary places, first along the
  /// rows, then along the columns, and samples of 8 bits between the two. (Pillow 13 takes the
  /// columns first where a height shrinks much more than a width; squares are not concerned.)
  ///
  /// - Precondition: `width` and `height` are positive.
  /// - Complexity: O((`width` × old height + `width` × `height`) × taps), with
  ///   6 × (old side / new side) taps when a side shrinks and 6 when it grows.
  public func resized(width: Int, height: Int) -> PixelImage {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels")
    if width == self.width && height == self.height { return self }
    let narrowed = Self.taps(from: self.width, to: width)
      .columns(of: samples, rows: self.height, channels: channels)
    let resized = Self.taps(from: self.height, to: height)
      .rows(of: narrowed, samplesPerRow: width * channels)
    return PixelImage(width: width, height: height, channels: channels, samples: resized)
  }

  private static func taps(from old: Int, to new: Int) -> ResamplingTaps {
    ResamplingTaps(from: old, to: new, support: 3, filter: lanczos)
  }

  /// sinc(x) · sinc(x / 3) for |x| < 3, else 0, where sinc(x) = sin(πx) / πx.
  private static func lanczos(_ x: Double) -> Double {
    if x == 0 { return 1 }
    if abs(x) >= 3 { return 0 }
    let angle = Double.pi * x
    return (sin(angle) / angle) * (sin(angle / 3) / (angle / 3))
  }
}
