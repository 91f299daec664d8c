import CodecLM
import Foundation

/// Lines over the time of a run, as a drawing that grows with the page.
struct LineChart {
  /// A line.
  struct Series {
    let name: String
    /// Where the class `series-N` has its colour, 0 to 2.
    let color: Int
    let points: [(seconds: Double, value: Double)]
    /// A point to mark, and what it is.
    var mark: (seconds: Double, value: Double, name: String)?
  }

  private let title: String
  private let series: [Series]
  /// What is drawn of each.
  private let lines: [[(seconds: Double, value: Double)]]
  /// Of the horizontal axis, in seconds.
  private let end: Double
  private let ticks: [Double]
  private let digits: Int

  /// Points of a line, beyond which neighbours become their mean.
  private static let resolution = 240
  /// The beginning of a run, whose steep fall does not stretch the scale.
  private static let skipped = 0.04
  /// Points of a line up to which each is drawn, as a line of one cannot be seen.
  private static let few = 8

  /// A chart of the lines that have points; `nil` if none has.
  ///
  /// - Parameter seconds: the length of the axis.
  init?(_ title: String, seconds: Double, _ series: [Series]) {
    guard seconds > 0 else { return nil }
    self.title = title
    let shown = series.map { line in
      let points = line.points.filter { $0.seconds >= 0 && $0.value.isFinite }
      return Series(name: line.name, color: line.color, points: points, mark: line.mark)
    }.filter { !$0.points.isEmpty }
    let lines = shown.map { Self.thinned($0.points) }
    let later = lines.flatMap { line in
      line.count <= 2 ? line : line.filter { $0.seconds >= Self.skipped * seconds }
    }.map(\.value)
    guard let low = later.min(), let high = later.max() else { return nil }
    self.series = shown
    self.lines = lines
    end = seconds
    (ticks, digits) = Self.ticks(low, high)
  }

  /// The drawing with its captions.
  var html: String {
    let (low, high) = (ticks[0], ticks[ticks.count - 1])
    func place(_ seconds: Double, _ value: Double) -> String {
      let y = 100 * (high - value) / (high - low)
      return "\(Format.fixed(100 * seconds / end, 2)) \(Format.fixed(y, 2))"
    }
    let paths = zip(series, lines).map { series, line in
      let points = line.map { place($0.seconds, $0.value) }
      let line = "M" + points.joined(separator: "L")
      var paths = "<path class=\"line series-\(series.color)\" d=\"\(line)\"/>"
      var dots = points.count <= Self.few ? points : []
      if let mark = series.mark { dots.append(place(mark.seconds, mark.value)) }
      if !dots.isEmpty {
        // The round ends of lines without length.
        let dots = dots.map { "M\($0)h0" }.joined()
        paths += "<path class=\"line point series-\(series.color)\" d=\"\(dots)\"/>"
      }
      return paths
    }
    let heights = ticks.map { 100 * ($0 - low) / (high - low) }
    let grid = heights.map { "M0 \(Format.fixed(100 - $0, 2))H100" }.joined()
    let labels = zip(ticks, heights).map { tick, height in
      "<span class=\"tick\" style=\"bottom: \(Format.fixed(height, 2))%\">\(label(tick))</span>"
    }
    let legend = series.map { line in
      let last = line.points[line.points.count - 1].value
      let mark = line.mark.map { ", \($0.name) \(label($0.value, digits + 2))" } ?? ""
      return """
        <span><i class="series-\(line.color)"></i>\(HTML.escaped(line.name)), \
        at last \(label(last, digits + 2))\(HTML.escaped(mark))</span>
        """
    }
    return """
      <figure class="chart"><figcaption>\(HTML.escaped(title))</figcaption>
      <div class="legend">\(legend.joined())</div>
      <div class="plot">\(labels.joined())<svg viewBox="0 0 100 100" preserveAspectRatio="none" \
      role="img" aria-label="\(HTML.escaped(title))"><path class="grid" d="\(grid)"/>\
      \(paths.joined())</svg></div>
      <div class="axis"><span>0</span><span>\(Format.duration(end / 2))</span>\
      <span>\(Format.duration(end))</span></div></figure>
      """
  }

  private func label(_ value: Double, _ digits: Int? = nil) -> String {
    guard abs(value) >= 1_000, let whole = Int(exactly: value.rounded()) else {
      return Format.fixed(value, digits ?? self.digits)
    }
    return Format.count(whole)
  }

  /// Round numbers, at equal distances, that enclose a range, and their decimal places.
  private static func ticks(_ low: Double, _ high: Double) -> (ticks: [Double], digits: Int) {
    let span = max(high - low, max(abs(high), 1e-9) * 0.02)
    let power = pow(10, (log10(span / 4)).rounded(.down))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= span / 4 } ?? span
    let first = (low / step).rounded(.down)
    let last = max((high / step).rounded(.up), first + 1)
    let ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    // 2.5 needs a place more than its power of ten.
    let places = Int((-log10(step)).rounded(.up)) + (step == 2.5 * power ? 1 : 0)
    let digits = max(0, places)
    return (ticks, min(digits, 8))
  }

  private static func thinned(
    _ points: [(seconds: Double, value: Double)]
  ) -> [(seconds: Double, value: Double)] {
    guard points.count > resolution else { return points }
    return (0..<resolution).map { index in
      let range = index * points.count / resolution..<(index + 1) * points.count / resolution
      let part = points[range]
      let count = Double(part.count)
      return (
        part.reduce(0) { $0 + $1.seconds } / count, part.reduce(0) { $0 + $1.value } / count
      )
    }
  }
}
