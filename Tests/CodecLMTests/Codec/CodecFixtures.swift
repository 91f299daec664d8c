import CodecLM
import Foundation
import TestSupport
import Testing

/// The files of `Scripts/fixtures/make-jpeg.py` and the pictures it made them from.
enum CodecFixtures {
  static func bytes(_ name: String) throws -> [UInt8] {
    try Fixtures.bytes("JPEG/\(name)")
  }

  /// Gradients with some noise: the script's formula.
  static func pattern(_ width: Int, _ height: Int, channels: Int) -> PixelImage {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let noise = (7_919 * x + 104_729 * y + 31 * c) % 61
          samples.append(UInt8(truncatingIfNeeded: 5 * x + 3 * y + 50 * c + noise))
        }
      }
    }
    return PixelImage(width: width, height: height, channels: channels, samples: samples)
  }

  /// 64-bit FNV-1a.
  static func fnv1a(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// What Pillow decoded or resized.
  struct Picture: Decodable {
    let width: Int
    let height: Int
    let channels: Int
    let samples: Data

    var image: PixelImage {
      PixelImage(width: width, height: height, channels: channels, samples: [UInt8](samples))
    }
  }

  /// `pillow-pictures.json`: one picture a file, and a list of resized ones.
  struct Pictures: Decodable {
    let decoded: [String: Picture]
    let lanczos: [Picture]
  }

  static func pictures() throws -> Pictures {
    try JSONDecoder().decode(Pictures.self, from: Data(bytes("pillow-pictures.json")))
  }

  /// The largest difference of two samples in the same place.
  static func distance(_ a: PixelImage, _ b: PixelImage) -> Int {
    guard (a.width, a.height, a.channels) == (b.width, b.height, b.channels) else { return .max }
    return zip(a.samples, b.samples).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  /// A profile of the size and colours of small test pictures.
  static func profile(
    _ size: Int, _ subsampling: JPEGProfile.Subsampling, restart: Int,
    _ stream: JPEGProfile.Stream
  ) -> JPEGProfile {
    JPEGProfile(
      size: size, subsampling: subsampling, restartInterval: restart, stream: stream)
  }
}
