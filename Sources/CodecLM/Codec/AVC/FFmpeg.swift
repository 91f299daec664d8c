#if AVC
  import CAVC

  /// FFmpeg's libraries with libx264, the one face of `CAVC`: bytes in, frames or bytes out.
  enum FFmpeg {
    /// The most frames of a clip that are decoded.
    private static let maximumFrames: UInt32 = 20_000

    private static let isSilent: Void = cavc_silence()

    /// Any clip in the form of a profile, as Annex B.
    ///
    /// - Parameters:
    ///   - keepsDescription: whether the shape of the clip's pixels, its colour description and its
    ///     captions reach the stream, as with the ffmpeg command; otherwise pixels are square.
    ///   - mirrored: whether left and right change places.
    static func transcode(
      _ file: [UInt8], _ profile: AVCProfile, _ maximumPixels: Int,
      keepsDescription: Bool = false, mirrored: Bool = false
    ) throws(CodecError) -> [UInt8] {
      var form = form(profile)
      form.keeps_description = keepsDescription ? 1 : 0
      form.mirrors = mirrored ? 1 : 0
      let limits = limits(maximumPixels)
      return try unsafe run(profile, maximumPixels) {
        unsafe cavc_transcode(file, file.count, form, limits, &$0)
      }
    }

    /// The frames that ``transcode(_:_:_:keepsDescription:mirrored:)`` encodes.
    static func frames(
      _ file: [UInt8], _ profile: AVCProfile, _ maximumPixels: Int
    ) throws(CodecError) -> [PixelImage] {
      let (form, limits) = (form(profile), limits(maximumPixels))
      let pixels = try unsafe run(profile, maximumPixels) {
        unsafe cavc_frames(file, file.count, form, limits, &$0)
      }
      return images(pixels, profile)
    }

    /// Pictures of the profile's size and number as Annex B.
    static func encode(
      _ pictures: [PixelImage], _ profile: AVCProfile
    ) throws(CodecError) -> [UInt8] {
      precondition(
        pictures.count == profile.frames
          && pictures.allSatisfy {
            ($0.width, $0.height, $0.channels) == (profile.width, profile.height, 3)
          }, "\(pictures.count) pictures that are not the profile's")
      let form = form(profile)
      let pixels = pictures.flatMap(\.samples)
      return try unsafe run(profile) { unsafe cavc_encode(pixels, form, &$0) }
    }

    /// The frames of an Annex B stream, if they are the profile's and none needed data made up.
    static func decode(
      _ stream: [UInt8], _ profile: AVCProfile
    ) throws(CodecError) -> [PixelImage] {
      let form = form(profile)
      return images(
        try unsafe run(profile) { unsafe cavc_decode(stream, stream.count, form, &$0) }, profile)
    }

    /// The H.264 stream in a file of any container, if it has the profile's size and frames.
    static func annexB(of file: [UInt8], _ profile: AVCProfile) -> [UInt8]? {
      let form = form(profile)
      return try? unsafe run(profile) { unsafe cavc_annexb(file, file.count, form, &$0) }
    }

    /// An MP4 file of an Annex B stream.
    static func mp4(of stream: [UInt8], _ profile: AVCProfile) throws(CodecError) -> [UInt8] {
      let form = form(profile)
      return try unsafe run(profile) { unsafe cavc_mp4(stream, stream.count, form, &$0) }
    }

    private static func form(_ profile: AVCProfile) -> CAVCForm {
      CAVCForm(
        width: UInt32(profile.width), height: UInt32(profile.height),
        frames_per_second: UInt32(profile.framesPerSecond), frames: UInt32(profile.frames),
        qp: UInt32(profile.qp), keeps_description: 0, mirrors: 0)
    }

    private static func limits(_ maximumPixels: Int) -> CAVCLimits {
      CAVCLimits(
        maximum_pixels: UInt64(clamping: maximumPixels), maximum_frames: maximumFrames)
    }

    private static func run(
      _ profile: AVCProfile, _ maximumPixels: Int = 0, _ job: (inout CAVCResult) -> Void
    ) throws(CodecError) -> [UInt8] {
      _ = isSilent
      var result = unsafe CAVCResult()
      unsafe job(&result)
      defer { unsafe cavc_free(&result) }
      try unsafe check(result, profile, maximumPixels)
      return unsafe [UInt8](UnsafeBufferPointer(start: result.bytes, count: result.count))
    }

    private static func images(_ pixels: [UInt8], _ profile: AVCProfile) -> [PixelImage] {
      let size = profile.width * profile.height * 3
      return stride(from: 0, to: pixels.count, by: size).map { start in
        PixelImage(
          width: profile.width, height: profile.height, channels: 3,
          samples: Array(pixels[start..<start + size]))
      }
    }

    private static func check(
      _ result: borrowing CAVCResult, _ profile: AVCProfile, _ maximumPixels: Int
    ) throws(CodecError) {
      let message = unsafe withUnsafeBytes(of: result.message) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      switch unsafe result.status {
      case .done: return
      case .wrongFormat: throw .wrongFormat(expected: "video")
      case .corrupt, .notApplicable: throw .corrupt(.decoder(message))
      case .warned: throw .warned(message: message)
      case .unsupported: throw .unsupported(message)
      case .tooLarge:
        guard message.isEmpty else { throw .unsupported(message) }
        throw unsafe .tooLarge(
          width: Int(result.width), height: Int(result.height),
          maximumPixels: maximumPixels)
      case .tooShort:
        throw unsafe .tooShort(
          frames: Int(result.frames), needed: profile.frames, perSecond: profile.framesPerSecond)
      case .outOfMemory: throw .outOfMemory
      }
    }
  }
#endif
