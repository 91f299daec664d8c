/// Pictures laid out in rows on one white sheet, to be looked at.
package struct ContactSheet: Sendable {
  /// Pictures in a row; `nil` makes the sheet about as wide as high.
  package var columns: Int?
  /// White pixels around each picture.
  package var margin: Int
  /// Small pictures are enlarged by the whole number that brings the largest to at least this side.
  package var minimumCell: Int

  /// A layout.
  ///
  /// - Precondition: `columns` is positive, `margin` and `minimumCell` are not negative.
  package init(columns: Int? = nil, margin: Int = 4, minimumCell: Int = 64) {
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
  package func image(of pictures: [PixelImage?]) -> PixelImage {
    precondition(!pictures.isEmpty, "a contact sheet of no pictures")
    let columns = columns ?? Int(Double(pictures.count).squareRoot().rounded(.up))
    let layout = Layout(
      self, count: pictures.count, columns: columns, shown: columns,
      rows: (pictures.count + columns - 1) / columns,
      width: pictures.lazy.compactMap { $0?.width }.max() ?? max(minimumCell, 1),
      height: pictures.lazy.compactMap { $0?.height }.max() ?? max(minimumCell, 1))
    return layout.image(sheet: 0) { pictures[$0] }
  }

  /// How pictures of one size are laid out on as many sheets as they need, none of which is larger than a JPEG
  /// may be, nor than 64 million pixels unless one row is.
  ///
  /// A row of more pictures than a JPEG is wide goes on in the next.
  ///
  /// - Precondition: `count`, `width` and `height` are positive.
  package func layout(of count: Int, width: Int, height: Int) -> Layout {
    precondition(count > 0 && width > 0 && height > 0, "\(count) pictures, \(width) × \(height)")
    // A strip of many frames may be wider than a JPEG by itself.
    let most = Self.largestSide - 2 * margin
    let scale = min(1, Double(most) / Double(max(width, height)))
    let cell = Layout(
      self, count: count, columns: 1, shown: 1, rows: 1,
      width: max(1, Int(Double(width) * scale)), height: max(1, Int(Double(height) * scale)))
    let (right, down) = (cell.width * cell.zoom + margin, cell.height * cell.zoom + margin)
    let wanted = columns ?? Int(Double(count).squareRoot().rounded(.up))
    // Without columns of their own, sheets are squares.
    let side = columns == nil ? Self.largestSquare : Self.largestSide
    let shown = min(wanted, max(1, (side - margin) / right))
    let pixels = Self.largestSquare * Self.largestSquare
    let mostRows = min(Self.largestSide, pixels / (shown * right + margin))
    let columns = columns ?? shown
    let all = (count + columns - 1) / columns * ((columns + shown - 1) / shown)
    return Layout(
      self, count: count, columns: columns, shown: shown,
      rows: min(all, max(1, (mostRows - margin) / down)), width: cell.width, height: cell.height)
  }

  /// The most pixels of a JPEG's side that libjpeg writes.
  private static let largestSide = 65_500
  /// Side of the largest square sheet.
  private static let largestSquare = 8_192

  /// Where each of many pictures of one size is, on one or several sheets.
  package struct Layout: Sendable {
    /// Pictures.
    package let count: Int

    private let margin: Int
    /// Pictures of a row as they were asked for, and as they are shown beside each other.
    private let columns, shown: Int
    /// The most rows of a sheet.
    private let rows: Int
    /// Of a picture, before it is enlarged.
    fileprivate let width, height: Int
    fileprivate let zoom: Int

    fileprivate init(
      _ sheet: ContactSheet, count: Int, columns: Int, shown: Int, rows: Int, width: Int,
      height: Int
    ) {
      self.count = count
      margin = sheet.margin
      self.columns = columns
      self.shown = shown
      self.rows = rows
      self.width = width
      self.height = height
      let side = max(width, height)
      zoom = max(1, (sheet.minimumCell + side - 1) / side)
    }

    /// Number of sheets.
    package var sheets: Int { row(of: count - 1) / rows + 1 }

    /// The most pictures of one sheet.
    package var picturesPerSheet: Int { min(count, shown * rows) }

    private func row(of index: Int) -> Int {
      index / columns * ((columns + shown - 1) / shown) + index % columns / shown
    }

    /// One of the sheets, in RGB.
    ///
    /// - Parameters:
    ///   - sheet: which, from 0.
    ///   - picture: the picture at a place, called once for each on the sheet; `nil` where there is none.
    /// - Precondition: `sheet` is less than ``sheets``.
    package func image(
      sheet: Int, picture: (_ index: Int) throws -> PixelImage?
    ) rethrows -> PixelImage {
      precondition((0..<sheets).contains(sheet), "sheet \(sheet) of \(sheets)")
      let all = row(of: count - 1) + 1
      let shownRows = min(rows, all - sheet * rows)
      let (right, down) = (width * zoom + margin, height * zoom + margin)
      var canvas = Canvas(width: shown * right + margin, height: shownRows * down + margin)
      for index in 0..<count where row(of: index) / rows == sheet {
        let x = margin + index % columns % shown * right
        let y = margin + row(of: index) % rows * down
        if let picture = try picture(index) {
          canvas.draw(fitted(picture), x, y, zoom: zoom)
        } else {
          canvas.drawCross(x, y, width: width * zoom, height: height * zoom)
        }
      }
      return PixelImage(
        width: canvas.width, height: canvas.height, channels: 3, samples: canvas.samples)
    }

    /// A picture that is larger than its cell, made smaller.
    private func fitted(_ picture: PixelImage) -> PixelImage {
      guard picture.width > width || picture.height > height else { return picture }
      let scale = min(
        Double(width) / Double(picture.width), Double(height) / Double(picture.height))
      return picture.resized(
        width: max(1, Int(Double(picture.width) * scale)),
        height: max(1, Int(Double(picture.height) * scale)))
    }
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
    for y in 0..<picture.height {
      var row = picture.samples[y * picture.width * 3..<(y + 1) * picture.width * 3]
      if zoom > 1 {
        row = ArraySlice(
          (0..<picture.width * zoom * 3).map { row[row.startIndex + $0 / 3 / zoom * 3 + $0 % 3] })
      }
      for copy in 0..<zoom {
        let target = ((top + y * zoom + copy) * width + left) * 3
        samples.replaceSubrange(target..<target + row.count, with: row)
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
