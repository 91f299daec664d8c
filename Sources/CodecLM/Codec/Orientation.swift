/// How a camera was held: what EXIF tag 0x0112 says of the stored rows and columns.
///
/// A case is named for the sides of the *upright* picture on which the first stored row and the
/// first stored column lie (CIPA DC-008, 4.6.4).
package enum Orientation: Int, CaseIterable, Sendable {
  /// Stored upright.
  case topLeft = 1
  /// Stored mirrored left to right.
  case topRight
  /// Stored turned by 180°.
  case bottomRight
  /// Stored mirrored top to bottom.
  case bottomLeft
  /// Stored transposed: the first row is the upright picture's left column.
  case leftTop
  /// Stored turned by 90° anticlockwise; upright after a clockwise turn.
  case rightTop
  /// Stored transposed along the other diagonal.
  case rightBottom
  /// Stored turned by 90° clockwise.
  case leftBottom

  /// Whether the stored rows are the upright picture's columns.
  package var swapsSides: Bool { rawValue >= 5 }
}

extension PixelImage {
  /// The upright picture, when this one is stored in the given orientation.
  package func upright(from orientation: Orientation) -> PixelImage {
    // The stored pixel of upright (x, y) is at `origin + x * right + y * down`, in pixels.
    let lastX = width - 1
    let lastY = (height - 1) * width
    let (origin, right, down) =
      switch orientation {
      case .topLeft: (0, 1, width)
      case .topRight: (lastX, -1, width)
      case .bottomRight: (lastX + lastY, -1, -width)
      case .bottomLeft: (lastY, 1, -width)
      case .leftTop: (0, width, 1)
      case .rightTop: (lastY, -width, 1)
      case .rightBottom: (lastX + lastY, -width, -1)
      case .leftBottom: (lastX, width, -1)
      }
    guard orientation != .topLeft else { return self }
    let (w, h) = orientation.swapsSides ? (height, width) : (width, height)
    var turned: [UInt8] = []
    turned.reserveCapacity(samples.count)
    for y in 0..<h {
      for x in 0..<w {
        let pixel = (origin + x * right + y * down) * channels
        for channel in 0..<channels { turned.append(samples[pixel + channel]) }
      }
    }
    return PixelImage(width: w, height: h, channels: channels, samples: turned)
  }
}
