import CodecLM

/// How often lengths occur in several sets, drawn over each other.
struct Histogram {
  private let series: [HTMLReport.Lengths]
  private let range: ClosedRange<Int>

  private static let bins = 40

  /// The sets that have pictures; `nil` if none has.
  init?(_ series: [HTMLReport.Lengths]) {
    // One picture in two hundred is left out at both ends, so that a single one does not press the
    // others together.
    let ends = series.map { lengths in
      let sorted = lengths.bits.sorted()
      let rest = sorted.count / 200
      return (sorted[rest], sorted[sorted.count - 1 - rest])
    }
    guard let low = ends.map(\.0).min(), let high = ends.map(\.1).max() else { return nil }
    self.series = series
    range = low...max(high, low + 1)
  }

  /// A drawing that grows with the page, and its captions.
  var html: String {
    let shares = series.map { self.shares(of: $0.bits) }
    let top = shares.joined().max() ?? 1
    let paths = shares.enumerated().map { index, shares in
      "<path class=\"series-\(index)\" d=\"\(path(shares.map { $0 / top }))\"/>"
    }
    let captions = series.enumerated().map { index, lengths in
      let mean = Double(lengths.bits.reduce(0, +)) / Double(lengths.bits.count)
      return """
        <span><i class="series-\(index)"></i>\(HTML.escaped(lengths.name)), \
        mean \(Format.fixed(mean, 1))</span>
        """
    }
    let middle = (range.lowerBound + range.upperBound) / 2
    return """
      <div class="legend">\(captions.joined())</div>
      <svg class="histogram" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" \
      aria-label="Bits per image">\(paths.joined())</svg>
      <div class="axis"><span>\(range.lowerBound)</span><span>\(middle)</span>\
      <span>\(range.upperBound) bits</span></div>
      """
  }

  /// The share of the lengths in each bin.
  private func shares(of bits: [Int]) -> [Double] {
    var counts = [Int](repeating: 0, count: Self.bins)
    let width = range.upperBound - range.lowerBound + 1
    for length in bits where range.contains(length) {
      counts[(length - range.lowerBound) * Self.bins / width] += 1
    }
    return counts.map { Double($0) / Double(bits.count) }
  }

  /// Steps of the given heights, 0 to 1, in a square of 100.
  private func path(_ heights: [Double]) -> String {
    let width = 100 / Double(heights.count)
    let steps = heights.enumerated().map { index, height in
      "V\(Format.fixed(100 - 97 * height, 2))H\(Format.fixed(Double(index + 1) * width, 2))"
    }
    return "M0 100\(steps.joined())V100Z"
  }
}
