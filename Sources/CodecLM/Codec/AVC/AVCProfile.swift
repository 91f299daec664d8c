/// The parameters that every H.264 stream of a data set shares, so that the streams differ in nothing
/// but their clips.
///
/// All streams are those of AVC-LM (arXiv 2408.08459): H.264 Baseline (ITU-T H.264) as libx264 writes
/// it at constant QP, an IDR picture and P pictures after it, with CAVLC, three reference frames,
/// motion in whole 16 × 16 macroblocks, and one macroblock a slice.
public struct AVCProfile: Profile {
  /// In `codec.json`.
  public static let name = "avc"

  /// Which parts of the file are in the stream.
  ///
  /// What is left out is the same for every clip of the profile.
  public enum Stream: String, Codable, CaseIterable, Sendable {
    /// The whole Annex B file: parameter sets, the SEI message with x264's options, slices. The form of
    /// the paper.
    case annexB = "annexb"
    /// The file without what all of the profile begin with: slices with their start codes and, where a
    /// cut made libx264 begin anew with an IDR picture, its parameter sets.
    case slices
  }

  /// The sides a frame may have, in pixels.
  package static let sides = 16...2048
  /// The rates that frames may have.
  package static let rates = 1...120
  /// Frames that a clip may have.
  package static let lengths = 1...1024
  /// The quantizers of P pictures; 0 would be lossless, which Baseline is not.
  package static let quantizers = 1...51

  /// Bytes of a clip's pixels in RGB, which FFmpeg's libraries keep in one block.
  package static let maximumPixelBytes = Int(Int32.max)

  /// Frame width in pixels, even, 16 to 2048.
  public var width: Int
  /// Frame height in pixels, even, 16 to 2048.
  public var height: Int
  /// Frames a second, 1 to 120.
  public var framesPerSecond: Int
  /// Frames of a clip, 1 to 1024.
  public var frames: Int
  /// The quantization parameter of P pictures, 1 to 51.
  ///
  /// Six more double the step; I pictures have 3 less.
  public var qp: Int
  /// Which parts of the file are in the stream.
  public var stream: Stream

  /// A profile, by default the paper's: five seconds of 256 × 144 pixels.
  ///
  /// Nothing is checked here: ``makeCodec(maximumPixels:)`` checks.
  public init(
    width: Int = 256, height: Int = 144, framesPerSecond: Int = 3, frames: Int = 15, qp: Int = 37,
    stream: Stream = .slices
  ) {
    self.width = width
    self.height = height
    self.framesPerSecond = framesPerSecond
    self.frames = frames
    self.qp = qp
    self.stream = stream
  }

  private enum CodingKeys: String, CodingKey {
    case width, height, frames, qp, stream
    case framesPerSecond = "frames_per_second"
  }

  /// In files of version 1.
  private enum OldKeys: String, CodingKey { case framesPerSecond }

  /// Reads a stored profile of any version.
  ///
  /// - Throws: a `DecodingError`, or ``CodecError/invalidProfile(_:)`` when a value leaves its
  ///   range.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let old = try decoder.container(keyedBy: OldKeys.self)
    self.init(
      width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height),
      framesPerSecond: try old.decodeIfPresent(Int.self, forKey: .framesPerSecond)
        ?? values.decode(Int.self, forKey: .framesPerSecond),
      frames: try values.decode(Int.self, forKey: .frames),
      qp: try values.decode(Int.self, forKey: .qp),
      stream: try values.decode(Stream.self, forKey: .stream))
    try validate()
  }

  /// Checks that every value is in its range, and the clip's pixels within ``maximumPixelBytes``.
  ///
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  package func validate() throws(CodecError) {
    try CodecError.check("width", width, Self.sides)
    try CodecError.check("height", height, Self.sides)
    try CodecError.check("frames per second", framesPerSecond, Self.rates)
    try CodecError.check("frames", frames, Self.lengths)
    try CodecError.check("QP", qp, Self.quantizers)
    guard width % 2 == 0, height % 2 == 0 else {
      throw .invalidProfile("\(width) × \(height): both sides must be even")
    }
    guard width * height * 3 * frames <= Self.maximumPixelBytes else {
      throw .invalidProfile(
        "\(frames) frames of \(width) × \(height): more than \(Self.maximumPixelBytes) bytes in RGB"
      )
    }
  }
}

extension AVCProfile {
  /// Macroblocks beside each other, of 16 × 16 pixels; the last may reach over the frame's edge.
  package var macroblockColumns: Int { (width + 15) / 16 }

  /// Rows of macroblocks.
  package var macroblockRows: Int { (height + 15) / 16 }

  /// Macroblocks of a frame, and so its slices.
  package var macroblocksPerFrame: Int { macroblockColumns * macroblockRows }
}
