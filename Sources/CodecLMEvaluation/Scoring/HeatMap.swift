public import CodecLM

/// Numbers for the parts of a picture, laid over it as colours.
public struct HeatMap: Sendable {
  /// Parts beside each other.
  public let columns: Int
  /// Width of a part in pixels; the last of a row may reach over the picture's edge.
  public let width: Int
  /// Height of a part in pixels.
  public let height: Int

  /// A division into parts, from the top left.
  public init(columns: Int, width: Int, height: Int) {
    precondition(columns > 0 && width > 0 && height > 0, "\(columns) parts of \(width) × \(height)")
    self.columns = columns
    self.width = width
    self.height = height
  }

  /// A picture in gray, with a colour for each part from dark blue (0) over red to yellow (the largest
  /// value, or `top`), enlarged by the whole number that brings its larger side to at least `side` pixels.
  ///
  /// - Precondition: there is a value for every part.
  public func image(
    _ values: [Double], over picture: PixelImage, top: Double? = nil, side: Int = 256
  ) -> PixelImage {
    let rows = (picture.height + height - 1) / height
    precondition(values.count == rows * columns, "\(values.count) for \(rows) × \(columns) parts")
    let gray = picture.grayscale
    let largest = max(picture.width, picture.height)
    let zoom = max(1, (side + largest - 1) / largest)
    let brightest = top ?? values.max() ?? 1
    let top = brightest > 0 ? brightest : 1
    let colors = values.map { Self.color(of: $0 / top) }
    var samples: [UInt8] = []
    samples.reserveCapacity(picture.width * picture.height * zoom * zoom * 3)
    for y in 0..<picture.height * zoom {
      for x in 0..<picture.width * zoom {
        let (column, row) = (x / zoom, y / zoom)
        let color = colors[row / height * columns + column / width]
        let light = Double(gray.samples[row * picture.width + column])
        for channel in 0..<3 { samples.append(UInt8(0.4 * light + 0.6 * color[channel])) }
      }
    }
    return PixelImage(
      width: picture.width * zoom, height: picture.height * zoom, channels: 3, samples: samples)
  }

  private static let ramp: [SIMD3<Double>] = [
    [10, 10, 90], [110, 20, 140], [210, 50, 70], [250, 150, 30], [255, 250, 150],
  ]

  /// The colour of a share of the largest value; what is no number is as 0.
  private static func color(of share: Double) -> SIMD3<Double> {
    let place = (share > 0 ? min(share, 1) : 0) * Double(ramp.count - 1)
    let index = min(Int(place), ramp.count - 2)
    let share = place - Double(index)
    return ramp[index] * (1 - share) + ramp[index + 1] * share
  }
}
