internal import CKernels

/// For each new position along one side of a picture: which old ones it mixes, and with which
/// weights.
package struct ResamplingTaps: Sendable {
  private let old: Int
  // First old position, and how many from there on, for each new position.
  private let starts: [Int32]
  private let counts: [Int32]
  // `stride` weights for each new position, of which `counts` are not zero; their unit is
  // 2⁻²² (CODECLM_RESAMPLING_PLACES).
  private let weights: [Int32]
  private let stride: Int

  /// Weights of a symmetric filter, widened when the side shrinks.
  ///
  /// Weights outside the picture are left out and the others rescaled, to a sum of 1.
  ///
  /// - Parameters:
  ///   - support: the filter is zero from this distance on, in pixels.
  ///   - filter: its weight at a distance.
  package init(
    from old: Int, to new: Int, support: Double, filter: (_ distance: Double) -> Double
  ) {
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let reach = support * stretch
    let stride = 2 * Int(reach.rounded(.up)) + 1
    let unit = Double(1 << Int(CODECLM_RESAMPLING_PLACES))
    var starts: [Int32] = []
    var counts: [Int32] = []
    var weights = [Int32](repeating: 0, count: new * stride)
    for position in 0..<new {
      // Pixel centres are at half-integers.
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(old, Int((center + reach + 0.5).rounded(.down)))
      let row = (start..<end).map { filter((Double($0) - center + 0.5) / stretch) }
      let sum = row.reduce(0, +)
      for (k, weight) in row.enumerated() {
        let fixed = (weight / sum * unit).rounded(.toNearestOrAwayFromZero)
        weights[position * stride + k] = Int32(fixed)
      }
      starts.append(Int32(start))
      counts.append(Int32(row.count))
    }
    self.old = old
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.stride = stride
  }

  /// A picture with as many columns as there are new positions.
  ///
  /// - Parameters:
  ///   - samples: [rows, old positions, channels].
  ///   - channels: 1 or 3.
  package func columns(of samples: [UInt8], rows: Int, channels: Int) -> [UInt8] {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    precondition(samples.count == rows * old * channels, "\(samples.count) samples")
    let lanes = channels == 1 ? 1 : 4
    let taps = BufferLayout.aligned(stride * lanes) / lanes
    let weights = weights(taps: taps, lanes: lanes)
    var lines = [UInt8](repeating: 0, count: 4 * codeclm_resampling_line(old, lanes, taps))
    let new = starts.count
    return unsafe [UInt8](unsafeUninitializedCapacity: rows * new * channels) { result, count in
      unsafe codeclm_resample_columns(
        channels, rows, old, new, starts, taps, weights, samples, &lines, result.baseAddress)
      count = rows * new * channels
    }
  }

  /// A picture with as many rows as there are new positions.
  ///
  /// - Parameter samples: [old positions, samples per row].
  package func rows(of samples: [UInt8], samplesPerRow width: Int) -> [UInt8] {
    precondition(samples.count == old * width, "\(samples.count) samples")
    return unsafe [UInt8](unsafeUninitializedCapacity: starts.count * width) { result, count in
      unsafe codeclm_resample_rows(
        width, starts.count, starts, counts, stride, weights, samples, result.baseAddress)
      count = starts.count * width
    }
  }

  // Rows of `taps` weights, each repeated for every lane.
  private func weights(taps: Int, lanes: Int) -> [Int32] {
    var wide = [Int32](repeating: 0, count: starts.count * taps * lanes)
    for position in starts.indices {
      for k in 0..<Int(counts[position]) {
        for lane in 0..<lanes {
          wide[(position * taps + k) * lanes + lane] = weights[position * stride + k]
        }
      }
    }
    return wide
  }
}
