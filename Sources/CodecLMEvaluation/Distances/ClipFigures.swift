public import CodecLM
import Foundation

/// How much moves in clips, and how well continuations of clips agree with what really came.
public struct ClipFigures: Sendable, Codable, Equatable {
  /// Frames of each real clip that were given to be continued; 0 for whole new clips.
  public let kept: Int
  /// Movement in the real clips, in their canonical form.
  public let realMotion: Motion
  /// Movement in the generated clips; of continuations, from the last frame that was given on, as of the
  /// real clips then.
  public let generatedMotion: Motion
  /// The continuations against the frames that really came; `nil` for whole new clips.
  public let continuation: Agreement?
  /// The last given frame, repeated, against the frames that really came; `nil` for whole new clips.
  public let repetition: Agreement?

  private enum CodingKeys: String, CodingKey {
    case kept = "kept_frames"
    case realMotion = "real_motion"
    case generatedMotion = "generated_motion"
    case continuation, repetition
  }

  /// How much successive frames differ.
  public struct Motion: Sendable, Codable, Equatable {
    /// Clips measured.
    public let clips: Int
    /// Mean absolute difference of the samples of successive frames, 0 to 255.
    public let meanDifference: Double

    private enum CodingKeys: String, CodingKey {
      case clips
      case meanDifference = "mean_difference"
    }

    /// The movement of clips, of which one that could not be decoded is `nil`.
    ///
    /// - Parameters:
    ///   - count: number of clips.
    ///   - pool: threads to work with.
    ///   - frames: the frames of a clip, all of one size; called once for each, by several threads.
    public init(
      of count: Int, pool: WorkerPool = .shared,
      frames: @Sendable (_ index: Int) -> [PixelImage]?
    ) {
      self.init(pool.map(count) { frames($0).map(Self.differences) }.compactMap { $0 })
    }

    /// The differences of successive frames.
    fileprivate static func differences(_ frames: some Collection<PixelImage>) -> [Double] {
      zip(frames, frames.dropFirst()).map { $0.meanAbsoluteDifference(from: $1) }
    }

    fileprivate init(_ differences: [[Double]]) {
      clips = differences.count
      let all = differences.flatMap { $0 }
      meanDifference = all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
    }
  }

  /// How near pictures are to those that they stand for.
  public struct Agreement: Sendable, Codable, Equatable {
    /// Mean of the frames' peak signal-to-noise ratios, in dB, each at most ``largest``.
    public let meanPSNR: Double
    /// The same of the first frame that was not given, the second and so on.
    public let framePSNR: [Double]
    /// The ratio for the mean squared error of all frames together, in dB.
    public let pooledPSNR: Double

    /// What a frame counts that is equal, which has no finite ratio, or very nearly so.
    public static let largest = 60.0

    private enum CodingKeys: String, CodingKey {
      case meanPSNR = "mean_psnr"
      case framePSNR = "frame_psnr"
      case pooledPSNR = "pooled_psnr"
    }

    /// The agreement of clips, from the mean squared errors of their frames.
    ///
    /// - Precondition: there is at least one clip, and all have one number of frames, at least one.
    public init(squaredErrors: [[Double]]) {
      precondition(squaredErrors.first?.isEmpty == false, "no frames to compare")
      framePSNR = squaredErrors[0].indices.map { frame in
        squaredErrors.reduce(0) { $0 + Self.psnr($1[frame]) } / Double(squaredErrors.count)
      }
      meanPSNR = framePSNR.reduce(0, +) / Double(framePSNR.count)
      let all = squaredErrors.flatMap { $0 }
      pooledPSNR = Self.psnr(all.reduce(0, +) / Double(all.count))
    }

    /// 10 log₁₀ (255² / error), at most ``largest``.
    static func psnr(_ error: Double) -> Double {
      error > 0 ? min(largest, 10 * log10(255 * 255 / error)) : largest
    }
  }

  /// The figures of new clips.
  public init(realMotion: Motion, generatedMotion: Motion) {
    kept = 0
    self.realMotion = realMotion
    self.generatedMotion = generatedMotion
    (continuation, repetition) = (nil, nil)
  }

  /// The figures of continuations.
  ///
  /// - Parameters:
  ///   - count: number of clips, at least 1.
  ///   - kept: frames that were given, at least 1 and fewer than a clip has.
  ///   - pool: threads to work with.
  ///   - frames: the frames of a real clip and of its continuation, of one size; `nil` if one of them does
  ///     not decode.
  /// - Throws: ``EvaluationError/noPictures(origin:first:)`` if none do.
  public init(
    continuationsOf count: Int, keeping kept: Int, pool: WorkerPool = .shared,
    frames: @Sendable (_ index: Int) -> (real: [PixelImage], generated: [PixelImage])?
  ) throws(EvaluationError) {
    self.kept = kept
    let pairs = pool.map(count) { index in
      frames(index).map { real, generated in
        let last = real[kept - 1]
        return (
          errors: real.indices.dropFirst(kept).map {
            (
              continued: real[$0].meanSquaredError(of: generated[$0]),
              repeated: real[$0].meanSquaredError(of: last)
            )
          },
          real: Motion.differences(real[(kept - 1)...]),
          generated: Motion.differences(generated[(kept - 1)...])
        )
      }
    }.compactMap { $0 }
    guard !pairs.isEmpty else { throw .noPictures(origin: "continuations", first: nil) }
    realMotion = Motion(pairs.map(\.real))
    generatedMotion = Motion(pairs.map(\.generated))
    continuation = Agreement(squaredErrors: pairs.map { $0.errors.map(\.continued) })
    repetition = Agreement(squaredErrors: pairs.map { $0.errors.map(\.repeated) })
  }
}

extension PixelImage {
  /// Mean of the squared differences of the samples of two pictures of one size.
  ///
  /// - Precondition: width, height and channels are equal.
  public func meanSquaredError(of other: PixelImage) -> Double {
    checkSize(other)
    var sum = 0
    for (a, b) in zip(samples, other.samples) {
      let difference = Int(a) - Int(b)
      sum += difference * difference
    }
    return Double(sum) / Double(samples.count)
  }

  /// Mean of the absolute differences of the samples of two pictures of one size.
  ///
  /// - Precondition: width, height and channels are equal.
  public func meanAbsoluteDifference(from other: PixelImage) -> Double {
    checkSize(other)
    let sum = zip(samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(samples.count)
  }

  private func checkSize(_ other: PixelImage) {
    precondition(
      (width, height, channels) == (other.width, other.height, other.channels),
      "\(self) and \(other) are not of one size")
  }
}
