import Foundation

extension PixelImage {
  /// The picture in another size, filtered with a three-lobed Lanczos kernel.
  ///
  /// When a side shrinks the kernel widens with it, so that nothing aliases. Weights that would
  /// fall outside the picture are left out and the others rescaled; both passes are in `Float`,
  /// rounded once at the end.
  ///
  /// - Precondition: `width` and `height` are positive.
  /// - Complexity: O(`width` × `height` × taps), with 6 × (old side / new side) taps a side when
  ///   the side shrinks and 6 when it grows.
  public func resized(width: Int, height: Int) -> PixelImage {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels")
    if width == self.width && height == self.height { return self }
    let columns = LanczosTaps(from: self.width, to: width)
    let rows = LanczosTaps(from: self.height, to: height)
    var result = [UInt8](repeating: 0, count: width * height * channels)
    var line = [Float](repeating: 0, count: self.width * channels)
    for y in 0..<height {
      mixRows(rows, y, into: &line)
      mixColumns(columns, line, into: &result, at: y * width * channels)
    }
    return PixelImage(width: width, height: height, channels: channels, samples: result)
  }

  /// line[i] = Σ weight[k] · samples[row k, i]: the vertical pass for the new row `y`.
  private func mixRows(_ taps: LanczosTaps, _ y: Int, into line: inout [Float]) {
    let samples = samples.span
    var line = line.mutableSpan
    let count = line.count
    for k in 0..<taps.counts[y] {
      let weight = taps.weights[y * taps.stride + k]
      let row = samples.extracting((taps.starts[y] + k) * count..<(taps.starts[y] + k + 1) * count)
      if k == 0 {
        for i in 0..<count { line[i] = weight * Float(row[i]) }
      } else {
        for i in 0..<count { line[i] += weight * Float(row[i]) }
      }
    }
  }

  /// The horizontal pass: one new row of samples, written from `offset` on.
  private func mixColumns(
    _ taps: LanczosTaps, _ line: [Float], into result: inout [UInt8], at offset: Int
  ) {
    let line = line.span
    let weights = taps.weights.span
    var result = result.mutableSpan
    for x in 0..<taps.starts.count {
      let first = x * taps.stride
      let start = taps.starts[x] * channels
      if channels == 1 {
        var sum: Float = 0
        for k in 0..<taps.counts[x] { sum += weights[first + k] * line[start + k] }
        result[offset + x] = Self.rounded(sum)
      } else {
        var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
        for k in 0..<taps.counts[x] {
          let weight = weights[first + k]
          red += weight * line[start + 3 * k]
          green += weight * line[start + 3 * k + 1]
          blue += weight * line[start + 3 * k + 2]
        }
        result[offset + 3 * x] = Self.rounded(red)
        result[offset + 3 * x + 1] = Self.rounded(green)
        result[offset + 3 * x + 2] = Self.rounded(blue)
      }
    }
  }

  /// The nearest sample value; the kernel's negative lobes can leave the range.
  private static func rounded(_ value: Float) -> UInt8 {
    UInt8(min(max(value, 0), 255) + 0.5)
  }
}

/// For each new position along one side: which old ones it mixes, and with which weights.
private struct LanczosTaps {
  /// First old position, and how many from there on, for each new position.
  var starts: [Int] = []
  var counts: [Int] = []
  /// `stride` weights for each new position, of which `counts` are used; they sum to 1.
  var weights: [Float]
  let stride: Int

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let support = 3 * stretch
    stride = Int((2 * support).rounded(.up)) + 1
    weights = [Float](repeating: 0, count: new * stride)
    for position in 0..<new {
      // Pixel centres are at half-integers.
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int((center - support + 0.5).rounded(.down)))
      let end = min(old, Int((center + support + 0.5).rounded(.down)))
      let row = (start..<end).map { Self.lanczos((Double($0) + 0.5 - center) / stretch) }
      let sum = row.reduce(0, +)
      for (k, weight) in row.enumerated() {
        weights[position * stride + k] = Float(weight / sum)
      }
      starts.append(start)
      counts.append(row.count)
    }
  }

  /// sinc(x) · sinc(x / 3) for |x| < 3, else 0, where sinc(x) = sin(πx) / πx.
  private static func lanczos(_ x: Double) -> Double {
    if x == 0 { return 1 }
    if abs(x) >= 3 { return 0 }
    let angle = Double.pi * x
    return 3 * sin(angle) * sin(angle / 3) / (angle * angle)
  }
}
