#if AVC
  import CodecLM
  import Foundation

  /// A scene in which everything moves at a constant velocity.
  struct DrawnClip {
    private struct Colour {
      var red, green, blue: Double

      /// The colour `share` of the way to another.
      func mixed(with other: Colour, _ share: Double) -> Colour {
        Colour(
          red: red + (other.red - red) * share, green: green + (other.green - green) * share,
          blue: blue + (other.blue - blue) * share)
      }
    }

    private struct Shape {
      let isRound: Bool
      let colour: Colour
      /// Half of the side, or the radius, in pixels.
      let radius: Double
      let x, y: Double
      /// Pixels a frame.
      let velocity: (right: Double, down: Double)
    }

    private let width: Int
    private let height: Int
    private let frames: Int
    private let photo: PixelImage?
    /// Pixels a frame.
    private let camera: (right: Double, down: Double)
    private let (near, far): (Colour, Colour)
    private let (spread, angle): (Double, Double)
    private let shapes: [Shape]

    /// A clip, drawn at the address (seed, index), over a photo or a pattern of soft stripes.
    init(
      width: Int, height: Int, frames: Int, photo: PixelImage?, seed: UInt64, index: Int
    ) {
      var random = RandomStream(seed: seed, stream: UInt64(index))
      func draw(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * random.uniform()
      }
      func colour() -> Colour {
        Colour(red: draw(0, 255), green: draw(0, 255), blue: draw(0, 255))
      }
      self.width = width
      self.height = height
      self.frames = frames
      let side = Double(min(width, height))
      // Whole pixels a frame: what moves so looks alike in every frame.
      func velocity() -> (Double, Double) {
        let (speed, angle) = (draw(0.03, 0.07) * side, draw(0, 2 * .pi))
        return ((speed * cos(angle)).rounded(), (speed * sin(angle)).rounded())
      }
      camera = random.uniform() < 0.3 ? (0, 0) : velocity()
      self.photo = photo.map { [camera] in Self.scene($0, width, height, frames, camera) }
      (near, far) = (colour(), colour())
      (spread, angle) = (draw(0.6, 1.6) * side, draw(0, .pi))
      shapes = (0..<1 + Int(draw(0, 3))).map { _ in
        Shape(
          isRound: random.uniform() < 0.5, colour: colour(), radius: draw(0.14, 0.3) * side,
          x: draw(0, Double(width)), y: draw(0, Double(height)), velocity: velocity())
      }
    }

    /// The frames, in RGB.
    var pictures: [PixelImage] { (0..<frames).map(picture) }

    private func picture(_ frame: Int) -> PixelImage {
      let time = Double(frame)
      var samples: [UInt8] = []
      samples.reserveCapacity(width * height * 3)
      for row in 0..<height {
        for column in 0..<width {
          let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
          var colour = scene(x + camera.right * time, y + camera.down * time, time)
          for shape in shapes {
            colour = colour.mixed(with: shape.colour, cover(shape, x, y, time))
          }
          for value in [colour.red, colour.green, colour.blue] {
            samples.append(UInt8(min(max(value, 0), 255).rounded()))
          }
        }
      }
      return PixelImage(width: width, height: height, channels: 3, samples: samples)
    }

    /// What the camera sees behind the shapes.
    private func scene(_ x: Double, _ y: Double, _ time: Double) -> Colour {
      if let photo {
        // The whole way of the camera lies in the photo.
        let column = Int(x - min(0, camera.right * Double(frames - 1)))
        let row = Int(y - min(0, camera.down * Double(frames - 1)))
        let pixel = photo.pixel(min(column, photo.width - 1), min(row, photo.height - 1))
        return Colour(
          red: Double(pixel[pixel.startIndex]), green: Double(pixel[pixel.startIndex + 1]),
          blue: Double(pixel[pixel.startIndex + 2]))
      }
      let along = (x * cos(angle) + y * sin(angle)) / spread
      return near.mixed(with: far, 0.5 + 0.5 * sin(2 * .pi * along))
    }

    /// How much of a pixel a shape covers, 0 to 1, antialiased by distance.
    private func cover(_ shape: Shape, _ x: Double, _ y: Double, _ time: Double) -> Double {
      let dx = x - shape.x - shape.velocity.right * time
      let dy = y - shape.y - shape.velocity.down * time
      let distance = shape.isRound ? hypot(dx, dy) : max(abs(dx), abs(dy))
      return min(max(shape.radius - distance + 0.5, 0), 1)
    }

    /// A photo, large enough for the camera's way.
    private static func scene(
      _ photo: PixelImage, _ width: Int, _ height: Int, _ frames: Int,
      _ camera: (right: Double, down: Double)
    ) -> PixelImage {
      let wide = width + Int(abs(camera.right)) * (frames - 1)
      let high = height + Int(abs(camera.down)) * (frames - 1)
      return photo.rgb.centerCropped(width: wide, height: high).resized(width: wide, height: high)
    }
  }
#endif
