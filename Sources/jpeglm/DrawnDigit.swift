import CodecLM
import Foundation

/// A digit made of strokes, as if by hand.
struct DrawnDigit {
  private typealias Point = (x: Double, y: Double)

  private let segments: [(from: Point, to: Point)]
  private let thickness: Double

  /// Strokes of the digits 0 … 9 in a square of side 1, y downwards; a stroke is a smooth curve
  /// through its points.
  private static let strokes: [[[Point]]] = [
    [[(0.5, 0.1), (0.22, 0.3), (0.22, 0.7), (0.5, 0.9), (0.78, 0.7), (0.78, 0.3), (0.5, 0.1)]],
    [[(0.35, 0.28), (0.52, 0.12), (0.52, 0.5), (0.52, 0.9)]],
    [
      [
        (0.25, 0.28), (0.48, 0.1), (0.74, 0.3), (0.5, 0.62), (0.24, 0.88), (0.5, 0.87),
        (0.78, 0.88),
      ]
    ],
    [
      [
        (0.27, 0.16), (0.6, 0.12), (0.7, 0.3), (0.46, 0.48), (0.73, 0.66), (0.6, 0.87),
        (0.25, 0.84),
      ]
    ],
    [
      [(0.62, 0.1), (0.42, 0.36), (0.22, 0.6), (0.5, 0.61), (0.8, 0.6)],
      [(0.62, 0.36), (0.62, 0.9)],
    ],
    [
      [
        (0.74, 0.12), (0.34, 0.12), (0.31, 0.45), (0.6, 0.44), (0.74, 0.66), (0.55, 0.88),
        (0.25, 0.82),
      ]
    ],
    [
      [(0.66, 0.1), (0.36, 0.36), (0.27, 0.68), (0.5, 0.9), (0.73, 0.7), (0.52, 0.5), (0.29, 0.66)]
    ],
    [[(0.22, 0.14), (0.5, 0.13), (0.78, 0.14), (0.6, 0.5), (0.42, 0.9)]],
    [
      [
        (0.5, 0.48), (0.28, 0.3), (0.5, 0.1), (0.72, 0.3), (0.5, 0.48), (0.25, 0.7), (0.5, 0.9),
        (0.75, 0.7), (0.5, 0.48),
      ]
    ],
    [[(0.71, 0.32), (0.48, 0.5), (0.28, 0.3), (0.5, 0.1), (0.71, 0.32), (0.68, 0.6), (0.58, 0.9)]],
  ]

  /// The digit, its place and shape drawn at the address (seed, index).
  init(_ digit: Int, seed: UInt64, index: Int) {
    var random = RandomStream(seed: seed, stream: UInt64(index))
    func draw(_ deviation: Double) -> Double { deviation * random.normal() }
    let (angle, slant) = (draw(0.06), draw(0.1))
    let (width, height) = (0.68 + draw(0.06), 0.74 + draw(0.05))
    let (left, top) = (draw(0.025), draw(0.025))
    thickness = min(max(0.045 + draw(0.008), 0.03), 0.07)
    segments = Self.strokes[digit].flatMap { stroke -> [(from: Point, to: Point)] in
      let points = stroke.map { point -> Point in
        let x = (point.x - 0.5 + draw(0.02)) * width
        let y = (point.y - 0.5 + draw(0.02)) * height
        let slanted = x - slant * y
        return (
          0.5 + left + slanted * cos(angle) - y * sin(angle),
          0.5 + top + slanted * sin(angle) + y * cos(angle)
        )
      }
      let curve = Self.curve(through: points)
      return zip(curve, curve.dropFirst()).map { (from: $0, to: $1) }
    }
  }

  /// White on black, antialiased by distance.
  func picture(size: Int) -> PixelImage {
    let side = Double(size)
    let samples = (0..<size * size).map { index -> UInt8 in
      let point = ((Double(index % size) + 0.5) / side, (Double(index / size) + 0.5) / side)
      let distance = segments.reduce(Double.infinity) {
        min($0, Self.distance(point, $1.from, $1.to))
      }
      let ink = (thickness - distance) * side + 0.5
      return UInt8(255 * min(max(ink, 0), 1))
    }
    return PixelImage(width: size, height: size, channels: 1, samples: samples)
  }

  /// Catmull and Rom's spline, six pieces between two points.
  private static func curve(through points: [Point]) -> [Point] {
    let last = points.count - 1
    return (0..<last).flatMap { index -> [Point] in
      let (a, b) = (points[max(index - 1, 0)], points[index])
      let (c, d) = (points[index + 1], points[min(index + 2, last)])
      func at(_ t: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
        let cubic = (-a + 3 * b - 3 * c + d) * t * t * t
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + cubic)
      }
      return (0..<6).map { step in
        let t = Double(step) / 6
        return (at(t, a.x, b.x, c.x, d.x), at(t, a.y, b.y, c.y, d.y))
      }
    } + [points[last]]
  }

  private static func distance(_ point: Point, _ from: Point, _ to: Point) -> Double {
    let (x, y) = (to.x - from.x, to.y - from.y)
    let length = max(x * x + y * y, 1e-12)
    let along = ((point.x - from.x) * x + (point.y - from.y) * y) / length
    let nearest = min(max(along, 0), 1)
    return hypot(point.x - from.x - nearest * x, point.y - from.y - nearest * y)
  }
}
