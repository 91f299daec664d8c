package import CodecLM
package import Foundation

/// Small gray pictures that differ from each other, and folders of them.
package enum TestImages {
  /// Waves whose direction and length depend on `index`, with a little noise.
  package static func picture(_ index: Int, size: Int = 16) -> PixelImage {
    let samples = (0..<size * size).map { place -> UInt8 in
      let (x, y) = (place % size, place / size)
      let wave = sin(Double(x * (1 + index % 5) + y * (1 + index % 3)) * 6 / Double(size))
      let noise = (7_919 * x + 104_729 * y + 31 * index) % 61
      return UInt8(128 + 80 * wave + Double(noise - 30))
    }
    return PixelImage(width: size, height: size, channels: 1, samples: samples)
  }

  package static func name(_ index: Int) -> String { "picture-\(index).jpg" }

  /// Writes pictures into a folder, which is made if need be.
  package static func write(_ indices: Range<Int>, to folder: URL, size: Int = 16) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for index in indices {
      try write(picture(index, size: size).jpegFile(), to: folder, name(index))
    }
  }

  package static func write(_ bytes: [UInt8], to folder: URL, _ name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  package static func profile(size: Int = 16, quality: Int = 25) -> CodecProfile {
    .jpeg(JPEGProfile(size: size, quality: quality, subsampling: .grayscale, stream: .scan))
  }

  /// The store of a new folder `images` in `folder`, which becomes `images.tokens` there.
  package static func store(_ count: Int, in folder: URL, size: Int = 16) throws -> TokenStore {
    let images = folder.appendingPathComponent("images")
    try write(0..<count, to: images, size: size)
    return try TokenStore.build(
      StreamSource(MediaFolder(images), profile(size: size)), .bytes,
      at: folder.appendingPathComponent("images.tokens"))
  }
}
