extension PixelImage {
  /// Pictures side by side, from the left, in RGB if one of them is.
  ///
  /// - Precondition: there is at least one, and all have one height.
  package init(sideBySide pictures: [PixelImage]) {
    precondition(!pictures.isEmpty, "a strip of no pictures")
    let height = pictures[0].height
    precondition(pictures.allSatisfy { $0.height == height }, "pictures of different heights")
    if pictures.count == 1 {
      self = pictures[0]
      return
    }
    let channels = pictures.map(\.channels).max() ?? 1
    let pictures = channels == 1 ? pictures : pictures.map(\.rgb)
    let width = pictures.reduce(0) { $0 + $1.width }
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    for y in 0..<height {
      for picture in pictures {
        let row = picture.width * channels
        samples += picture.samples[y * row..<(y + 1) * row]
      }
    }
    self.init(width: width, height: height, channels: channels, samples: samples)
  }
}
