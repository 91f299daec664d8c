/// Pictures laid out in rows on one white sheet, to be looked at.
public struct ContactSheet: Sendable {
  /// Pictures in a row; `nil` makes the sheet about as wide as high.
  public var columns: Int?
  /// White pixels around each picture.
  public var margin: Int
  /// Small pictures are enlarged by the whole number that brings the largest to at least this side.
  public var minimumCell: Int

  /// A layout.
  ///
  /// - Precondition: `columns` is positive, `margin` and `minimumCell` are not negative.
  public init(columns: Int? = nil, margin: Int = 4, minimumCell: Int = 64) {
    precondition(columns ?? 1 > 0, "\(columns ?? 1) columns")
    precondition(margin >= 0 && minimumCell >= 0, "margin \(margin), cell \(minimumCell)")
    self.columns = columns
    self.margin = margin
    self.minimumCell = minimumCell
  }

  /// The sheet, in RGB.
  ///
  /// All cells are as large as the largest picture; `nil`, a sample that did not
  /// decode, is a gray cell crossed out.
  ///
  /// - Precondition: there is at least one picture or `nil`.
  public func image(of pictures: [PixelImage?]) -> PixelImage {
    precondition(!pictures.isEmpty, "a contact sheet of no pictures")
    let width = pictures.lazy.compactMap { $0?.width }.max() ?? max(minimumCell, 1)
    let height = pictures.lazy.compactMap { $0?.height }.max() ?? max(minimumCell, 1)
    let side = max(width, height)
    let zoom = max(1, (minimumCell + side - 1) / side)
    let columns = columns ?? Int(Double(pictures.count).squareRoot().rounded(.up))
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Canvas(
      width: columns * (width * zoom + margin) + margin,
      height: rows * (height * zoom + margin) + margin)
    for (index, picture) in pictures.enumerated() {
      let x = margin + index % columns * (width * zoom + margin)
      let y = margin + index / columns * (height * zoom + margin)
      if let picture {
        sheet.draw(picture, x, y, zoom: zoom)
      } else {
        sheet.drawCross(x, y, width: width * zoom, height: height * zoom)
      }
    }
    return PixelImage(
      width: sheet.width, height: sheet.height, channels: 3, samples: sheet.samples)
  }
}

/// RGB samples that are drawn on.
private struct Canvas {
  let width: Int
  let height: Int
  var samples: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    samples = [UInt8](repeating: 255, count: width * height * 3)
  }

  /// Each pixel becomes a square of `zoom` × `zoom`.
  mutating func draw(_ picture: PixelImage, _ left: Int, _ top: Int, zoom: Int) {
    let picture = picture.rgb
    for y in 0..<picture.height * zoom {
      var target = ((top + y) * width + left) * 3
      for x in 0..<picture.width * zoom {
        let source = (y / zoom * picture.width + x / zoom) * 3
        for channel in 0..<3 { samples[target + channel] = picture.samples[source + channel] }
        target += 3
      }
    }
  }

  /// A light cell with both diagonals, two pixels thick.
  mutating func drawCross(_ left: Int, _ top: Int, width cellWidth: Int, height cellHeight: Int) {
    for y in 0..<cellHeight {
      let diagonal = y * cellWidth / cellHeight
      for x in 0..<cellWidth {
        let distance = min(abs(x - diagonal), abs(cellWidth - 1 - x - diagonal))
        let target = ((top + y) * width + left + x) * 3
        for channel in 0..<3 { samples[target + channel] = distance < 2 ? 128 : 224 }
      }
    }
  }
}
