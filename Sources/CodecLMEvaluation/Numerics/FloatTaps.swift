internal import CKernels
package import CodecLM

/// For each new position along one side of a picture: which old ones it mixes, and with which
/// floating-point weights.
package struct FloatTaps: Sendable {
  fileprivate let old: Int
  fileprivate var starts: [Int32] = []
  fileprivate var counts: [Int32] = []
  // `stride` weights for each new position.
  fileprivate var weights: [Float] = []
  fileprivate let stride: Int

  fileprivate var new: Int { starts.count }

  /// Weights of a symmetric filter that is zero beyond `reach` old pixels.
  ///
  /// Weights outside the picture are left out and the others rescaled, to a sum of 1.
  ///
  /// - Parameter filter: its weight at a distance in old pixels.
  package init(
    from old: Int, to new: Int, reach: Double, filter: (_ distance: Double) -> Double
  ) {
    self.old = old
    stride = 2 * Int(reach.rounded(.up)) + 1
    let scale = Double(old) / Double(new)
    for position in 0..<new {
      // Pixel centres are at half-integers.
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(old, Int((center + reach + 0.5).rounded(.down)))
      let row = (start..<end).map { filter(Double($0) - center + 0.5) }
      let sum = row.reduce(0, +)
      append(start: start, row.map { $0 / sum })
    }
  }

  /// The two pixels whose centres are nearest, weighted linearly; beyond the outermost centre, the
  /// outermost pixel alone.
  package init(nearestTwoFrom old: Int, to new: Int) {
    self.old = old
    stride = 2
    let scale = Double(old) / Double(new)
    for position in 0..<new {
      let place = max((Double(position) + 0.5) * scale - 0.5, 0)
      let start = Int(place)
      let share = place - Double(start)
      append(start: start, start + 1 < old ? [1 - share, share] : [1])
    }
  }

  private mutating func append(start: Int, _ row: [Double]) {
    starts.append(Int32(start))
    counts.append(Int32(row.count))
    weights += row.map(Float.init) + [Float](repeating: 0, count: stride - row.count)
  }
}

extension Kernels {
  /// An RGB picture in another size, its samples kept in 0 through 255, then scaled and shifted.
  ///
  /// - Parameters:
  ///   - samples: [old rows, old columns, 3].
  ///   - tensor: of red, green, blue and zero; its border is left as it is.
  package static func resample(
    _ samples: [UInt8], rows: FloatTaps, columns: FloatTaps, scale: Float, shift: Float,
    into buffer: FloatBuffer, _ tensor: BlockTensor
  ) {
    precondition(samples.count == rows.old * columns.old * 3, "\(samples.count) samples")
    precondition(tensor.lanes == 4 && rows.new == tensor.height && columns.new == tensor.width)
    precondition(tensor.offset >= 0 && tensor.offset + tensor.count <= buffer.count)
    var line = [Float](repeating: 0, count: 3 * columns.old + 1)
    var range = codeclm_sample_range(scale: scale, shift: shift)
    unsafe codeclm_resample_rgb(
      columns.old, rows.new, rows.starts, rows.counts, rows.stride, rows.weights, columns.new,
      columns.starts, columns.counts, columns.stride, columns.weights, samples, &line, &range,
      buffer.pointer + tensor.index(row: 0, column: 0), tensor.pitch)
  }
}
