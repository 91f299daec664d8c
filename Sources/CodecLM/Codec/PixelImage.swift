/// A picture of 8-bit samples, gray or RGB.
public struct PixelImage: Hashable, Sendable {
  /// Number of columns, at least 1.
  public let width: Int
  /// Number of rows, at least 1.
  public let height: Int
  /// Samples per pixel: 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// `height × width × channels` samples: rows from the top, pixels from the left, channels
  /// interleaved.
  public let samples: [UInt8]

  /// The most pixels of a picture that is read, unless told otherwise: 16,384 a side, so that phones'
  /// photos of 200 megapixels are.
  ///
  /// Decoding one at full size takes up to 1.6 GB, and a progressive file another 1.6 GB in libjpeg. For a
  /// codec of small pictures a file is decoded at 1/2, 1/4 or 1/8 of its size.
  public static let usualMaximumPixels = 16_384 * 16_384

  /// A picture of the given samples.
  ///
  /// - Precondition: `channels` is 1 or 3 and `samples.count == width * height * channels`.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels")
    precondition(channels == 1 || channels == 3, "\(channels) channels, not 1 or 3")
    precondition(
      samples.count == width * height * channels,
      "\(samples.count) samples for \(width) × \(height) × \(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// The samples of one pixel.
  ///
  /// - Precondition: 0 ≤ `x` < ``width`` and 0 ≤ `y` < ``height``.
  package func pixel(_ x: Int, _ y: Int) -> ArraySlice<UInt8> {
    precondition(
      (0..<width).contains(x) && (0..<height).contains(y),
      "pixel (\(x), \(y)) of \(width) × \(height)")
    let start = (y * width + x) * channels
    return samples[start..<start + channels]
  }
}

extension PixelImage: CustomStringConvertible {
  /// Size and kind, without the samples.
  public var description: String { "\(width) × \(height) \(channels == 1 ? "gray" : "RGB")" }
}

extension PixelImage {
  /// The picture in gray: Y = 0.299 R + 0.587 G + 0.114 B (JFIF, ITU-T T.871), in libjpeg's
  /// 16-bit fixed point.
  public var grayscale: PixelImage {
    guard channels == 3 else { return self }
    var gray: [UInt8] = []
    gray.reserveCapacity(width * height)
    for i in stride(from: 0, to: samples.count, by: 3) {
      let red = Int32(samples[i])
      let green = Int32(samples[i + 1])
      let blue = Int32(samples[i + 2])
      gray.append(UInt8((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16))
    }
    return PixelImage(width: width, height: height, channels: 1, samples: gray)
  }

  /// The picture in RGB; a gray one gets three equal channels.
  public var rgb: PixelImage {
    guard channels == 1 else { return self }
    var rgb: [UInt8] = []
    rgb.reserveCapacity(samples.count * 3)
    for sample in samples {
      rgb.append(sample)
      rgb.append(sample)
      rgb.append(sample)
    }
    return PixelImage(width: width, height: height, channels: 3, samples: rgb)
  }

  /// The part of `width` by `height` pixels whose top left pixel is (`x`, `y`).
  ///
  /// - Precondition: the part lies within the picture.
  package func cropped(x: Int, y: Int, width: Int, height: Int) -> PixelImage {
    precondition(
      x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height,
      "\(width) × \(height) at (\(x), \(y)) of \(self.width) × \(self.height)")
    if width == self.width && height == self.height { return self }
    var part: [UInt8] = []
    part.reserveCapacity(width * height * channels)
    for row in y..<y + height {
      let start = (row * self.width + x) * channels
      part.append(contentsOf: samples[start..<start + width * channels])
    }
    return PixelImage(width: width, height: height, channels: channels, samples: part)
  }

  /// The largest centred part with the proportions `width` : `height`.
  ///
  /// It is square when they are equal. An odd rest falls to the right and the bottom.
  public func centerCropped(width: Int, height: Int) -> PixelImage {
    precondition(width > 0 && height > 0, "proportions \(width) : \(height)")
    let w = min(self.width, max(1, (self.height * width + height / 2) / height))
    let h = min(self.height, max(1, (self.width * height + width / 2) / width))
    return cropped(x: (self.width - w) / 2, y: (self.height - h) / 2, width: w, height: h)
  }

  /// The picture cropped at the centre to the proportions `width` : `height`, in that size.
  func fitted(width: Int, height: Int) -> PixelImage {
    centerCropped(width: width, height: height).resized(width: width, height: height)
  }
}
