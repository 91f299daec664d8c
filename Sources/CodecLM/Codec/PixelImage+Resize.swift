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
    let narrowed = mixingColumns(LanczosTaps(from: self.width, to: width))
    return narrowed.mixingRows(LanczosTaps(from: self.height, to: height))
  }

  /// The horizontal pass.
  private func mixingColumns(_ taps: LanczosTaps) -> PixelImage {
    let newWidth = taps.starts.count
    var result = [UInt8](repeating: 0, count: newWidth * height * channels)
    var target = result.mutableSpan
    let weights = taps.weights.span
    for y in 0..<height {
      let row = samples.span.extracting(y * width * channels..<(y + 1) * width * channels)
      for x in 0..<newWidth {
        let first = x * taps.stride
        let start = taps.starts[x] * channels
        let out = (y * newWidth + x) * channels
        if channels == 1 {
          var sum = LanczosTaps.half
          for k in 0..<taps.counts[x] { sum &+= weights[first + k] &* Int32(row[start + k]) }
          target[out] = LanczosTaps.sample(sum)
        } else {
          var (red, green, blue) = (LanczosTaps.half, LanczosTaps.half, LanczosTaps.half)
          for k in 0..<taps.counts[x] {
            let weight = weights[first + k]
            red &+= weight &* Int32(row[start + 3 * k])
            green &+= weight &* Int32(row[start + 3 * k + 1])
            blue &+= weight &* Int32(row[start + 3 * k + 2])
          }
          target[out] = LanczosTaps.sample(red)
          target[out + 1] = LanczosTaps.sample(green)
          target[out + 2] = LanczosTaps.sample(blue)
        }
      }
    }
    return PixelImage(width: newWidth, height: height, channels: channels, samples: result)
  }

  /// The vertical pass: a row of sums at a time, so that memory is read in order.
  private func mixingRows(_ taps: LanczosTaps) -> PixelImage {
    let newHeight = taps.starts.count
    let count = width * channels
    var result = [UInt8](repeating: 0, count: newHeight * count)
    var sums = [Int32](repeating: 0, count: count)
    var line = sums.mutableSpan
    for y in 0..<newHeight {
      for i in 0..<count { line[i] = LanczosTaps.half }
      for k in 0..<taps.counts[y] {
        let weight = taps.weights[y * taps.stride + k]
        let start = (taps.starts[y] + k) * count
        let row = samples.span.extracting(start..<start + count)
        for i in 0..<count { line[i] &+= weight &* Int32(row[i]) }
      }
      var target = result.mutableSpan
      for i in 0..<count { target[y * count + i] = LanczosTaps.sample(line[i]) }
    }
    return PixelImage(width: width, height: newHeight, channels: channels, samples: result)
  }
}

/// For each new position along one side: which old ones it mixes, and with which weights.
private struct LanczosTaps {
  /// Binary places of a weight.
  ///
  /// Weights sum to 1 and their absolute values to less than 2, so a sum
  /// of 8-bit samples stays within 31 bits.
  private static let places: Int32 = 22
  /// One half in the unit of the sums, where they begin: rounding then is cutting off.
  static let half: Int32 = 1 << (places - 1)

  /// First old position, and how many from there on, for each new position.
  var starts: [Int] = []
  var counts: [Int] = []
  /// `stride` weights for each new position, of which `counts` are used.
  var weights: [Int32]
  let stride: Int

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let support = 3 * stretch
    stride = 2 * Int(support.rounded(.up)) + 1
    weights = [Int32](repeating: 0, count: new * stride)
    for position in 0..<new {
      // Pixel centres are at half-integers.
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int((center - support + 0.5).rounded(.down)))
      let end = min(old, Int((center + support + 0.5).rounded(.down)))
      let row = (start..<end).map { Self.lanczos((Double($0) - center + 0.5) / stretch) }
      let sum = row.reduce(0, +)
      for (k, weight) in row.enumerated() {
        let fixed = (weight / sum * Double(1 << Self.places)).rounded(.toNearestOrAwayFromZero)
        weights[position * stride + k] = Int32(fixed)
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
    return (sin(angle) / angle) * (sin(angle / 3) / (angle / 3))
  }

  /// A sum as a sample; the kernel's negative lobes can leave the range.
  static func sample(_ sum: Int32) -> UInt8 { UInt8(min(max(sum >> places, 0), 255)) }
}
