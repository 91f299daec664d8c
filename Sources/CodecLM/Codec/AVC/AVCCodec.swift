#if AVC
  /// Brings any video file into the form of one profile, and back.
  ///
  /// Frames are taken at the profile's rate from the beginning of the clip, scaled into its size with
  /// black bars where the proportions differ, and encoded by libx264, as FFmpeg does it with the command
  /// of AVC-LM's authors (arXiv 2408.08459). Sound and metadata do not reach the stream; its pixels are
  /// square and of their colours it says nothing, so that all streams have the same parameter sets.
  /// A file of the profile, bare or in a container, keeps its slices.
  package struct AVCCodec: Codec {
    /// The form of the streams.
    package let profile: AVCProfile
    /// The most pixels that a clip's frames may have; larger ones are refused before decoding.
    package let maximumPixels: Int
    /// What every file of the profile begins with: parameter sets and the SEI message, with start codes.
    let header: [UInt8]
    /// The parameter sets with start codes, as before every IDR picture.
    let parameterSets: [UInt8]
    /// The grammar of the streams.
    let grammar: AVCGrammar

    /// A codec for the given profile.
    ///
    /// - Parameters:
    ///   - profile: the form of the streams.
    ///   - maximumPixels: of a clip's frames, of which a decoder may keep seventeen; never more than 8K's,
    ///     7,680 × 4,320.
    /// - Throws: ``CodecError/invalidProfile(_:)``.
    package init(
      _ profile: AVCProfile, maximumPixels: Int = PixelImage.usualMaximumPixels
    ) throws(CodecError) {
      try profile.validate()
      self.profile = profile
      self.maximumPixels = min(maximumPixels, 7_680 * 4_320)
      // libx264 itself writes the header, with any picture of the profile.
      var one = profile
      one.frames = 1
      let blank = PixelImage(
        width: profile.width, height: profile.height, channels: 3,
        samples: [UInt8](repeating: 0, count: profile.width * profile.height * 3))
      let stream = try FFmpeg.encode([blank], one)
      let units = Array(AVCUnits(of: stream))
      guard units.map(\.type).starts(with: [7, 8, 6, 5]) else {
        throw .unsupported("a libx264 that does not write its parameter sets first")
      }
      let (sequence, picture) = (Array(stream[units[0].bytes]), Array(stream[units[1].bytes]))
      parameterSets = Array(stream[..<units[1].bytes.upperBound])
      header = Array(stream[..<units[2].bytes.upperBound])
      grammar = try AVCGrammar(
        header: profile.stream == .annexB ? header : [], sequenceParameterSet: sequence,
        pictureParameterSet: picture, frames: profile.frames)
    }

    /// The grammar of the profile's streams, at the beginning of one.
    package func makeGrammar() -> any ByteGrammar { grammar }
  }

  extension AVCCodec: ClipCoding, PictureEncoding, Mirroring, PlayerCopying, SourceFileEncoding {
    /// Any video file in canonical form.
    ///
    /// - Throws: ``CodecError`` when `file` cannot be decoded without a fault, or is too short.
    package func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
      if let slices = knownSlices(in: file) { return stream(ofSlices: slices) }
      return try stream(ofSlices: slices(in: FFmpeg.transcode(file, profile, maximumPixels)))
    }

    /// Any video file in canonical form, its frames mirrored left to right.
    ///
    /// - Throws: ``CodecError`` when `file` cannot be decoded without a fault, or is too short.
    package func mirrorImage(of file: [UInt8]) throws(CodecError) -> [UInt8] {
      try stream(
        ofSlices: slices(in: FFmpeg.transcode(file, profile, maximumPixels, mirrored: true)))
    }

    /// Pictures in canonical form: the first of them, as many as the profile has frames, each cropped
    /// and resized.
    ///
    /// - Throws: ``CodecError/tooShort(frames:needed:perSecond:)``.
    package func canonicalBytes(of pictures: [PixelImage]) throws(CodecError) -> [UInt8] {
      guard pictures.count >= profile.frames else {
        throw .tooShort(
          frames: pictures.count, needed: profile.frames, perSecond: profile.framesPerSecond)
      }
      let frames = pictures.prefix(profile.frames).map {
        $0.fitted(width: profile.width, height: profile.height).rgb
      }
      return try stream(ofSlices: slices(in: FFmpeg.encode(frames, profile)))
    }

    /// What a file's canonical form is made from: its frames at the profile's rate and size, but without
    /// the losses of coding.
    ///
    /// - Throws: ``CodecError`` when `file` cannot be decoded without a fault, or is too short.
    package func images(of file: [UInt8]) throws(CodecError) -> [PixelImage] {
      try FFmpeg.frames(file, profile, maximumPixels)
    }

    /// The file that the ffmpeg command of AVC-LM's authors writes, byte for byte.
    ///
    /// It is ``file(from:)`` of the canonical form, but for a sequence parameter set that tells the shape
    /// of the clip's pixels after scaling and its colour description. A file of the profile is not coded
    /// again: of it, it is ``file(from:)`` itself.
    ///
    /// - Throws: ``CodecError`` when `file` cannot be decoded without a fault, or is too short.
    package func encodedFile(of file: [UInt8]) throws(CodecError) -> [UInt8] {
      if let slices = knownSlices(in: file) { return header + slices }
      return try FFmpeg.transcode(file, profile, maximumPixels, keepsDescription: true)
    }

    /// ``encodedFile(of:)`` where streams are whole files.
    package func encodedSource(of file: [UInt8]) throws(CodecError) -> [UInt8]? {
      switch profile.stream {
      case .annexB: try encodedFile(of: file)
      case .slices: nil
      }
    }

    /// The complete file of a canonical stream, as Annex B.
    ///
    /// - Throws: ``CodecError/notCanonical(offset:_:)``.
    package func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
      try follow(canonical)
      switch profile.stream {
      case .annexB: return canonical
      case .slices: return header + canonical
      }
    }

    /// The frames of a file in an MP4 file, which every player opens: not coded again.
    ///
    /// - Throws: ``CodecError`` when `file` cannot be read.
    package func playerCopy(
      ofFile file: [UInt8]
    ) throws(CodecError) -> (file: [UInt8], fileExtension: String) {
      (try FFmpeg.mp4(of: file, profile), profile.fileExtensions[1])
    }

    /// The frames of a canonical stream's file.
    ///
    /// This is, with the grammar, which ``file(from:)`` asks, the test of whether a sampled stream is a
    /// valid one: the decoder must give the profile's number of frames and make nothing up.
    ///
    /// - Throws: ``CodecError/corrupt(_:)``, ``CodecError/warned(message:)``.
    package func clip(ofFile file: [UInt8]) throws(CodecError) -> [PixelImage] {
      try FFmpeg.decode(file, profile)
    }

    /// Follows a stream through the grammar.
    private func follow(_ canonical: [UInt8]) throws(CodecError) {
      _ = try grammar.layout(of: canonical)
    }
  }

  extension AVCCodec {
    /// The slices of a file that is of the profile already; `nil` for any other.
    private func knownSlices(in file: [UInt8]) -> [UInt8]? {
      guard let stream = FFmpeg.annexB(of: file, profile), hasOurParameters(stream) else {
        return nil
      }
      let slices = slices(in: stream)
      return (try? follow(self.stream(ofSlices: slices))) == nil ? nil : slices
    }

    /// Whether the slices of a stream hang on the profile's parameters.
    ///
    /// Encoders repeat their sets: a stream of more than four distinct ones of a kind is another's.
    private func hasOurParameters(_ stream: [UInt8]) -> Bool {
      var sequences: Set<ArraySlice<UInt8>> = []
      var pictures: Set<ArraySlice<UInt8>> = []
      for unit in AVCUnits(of: stream) {
        if unit.type == 7 { sequences.insert(stream[unit.bytes]) }
        if unit.type == 8 { pictures.insert(stream[unit.bytes]) }
      }
      guard (1...4).contains(sequences.count), (1...4).contains(pictures.count) else {
        return false
      }
      return sequences.allSatisfy { sequence in
        pictures.allSatisfy { picture in
          let found = try? AVCParameters(sequence: Array(sequence), picture: Array(picture))
          return found?.agrees(with: grammar.rules.parameters) == true
        }
      }
    }

    /// An Annex B stream's slices as libx264 writes them behind the header: with start codes of four bytes
    /// at the beginning of an access unit (B.1.2), and parameter sets before every later IDR picture.
    private func slices(in stream: [UInt8]) -> [UInt8] {
      var slices: [UInt8] = []
      slices.reserveCapacity(stream.count)
      for unit in AVCUnits(of: stream) where unit.isSlice {
        if !slices.isEmpty, beginsPicture(stream[unit.bytes]) {
          slices += unit.isOfIDR ? parameterSets : [0]
        }
        slices += [0, 0, 1]
        slices += stream[unit.bytes]
      }
      return slices
    }

    private func stream(ofSlices slices: [UInt8]) -> [UInt8] {
      profile.stream == .slices ? slices : header + slices
    }
  }

  extension AVCCodec: UnitCoding, BaselineMeasuring {
    /// Frames of a clip.
    package var framesPerClip: Int { profile.frames }

    /// The macroblocks of a clip.
    package var unitLayout: UnitLayout {
      UnitLayout(
        columns: profile.macroblockColumns, rows: profile.macroblockRows, frames: profile.frames,
        unitWidth: 16, unitHeight: 16)
    }

    /// The macroblocks of a stream, one piece each, frame after frame.
    ///
    /// - Throws: ``CodecError/notCanonical(offset:_:)``.
    package func unitRuns(of canonical: [UInt8]) throws(CodecError) -> [UnitRun] {
      try grammar.layout(of: canonical).unitEnds.enumerated().map {
        UnitRun(unit: $0.offset, end: $0.element)
      }
    }

    /// The bits of the slices as NAL units, without start codes and parameter sets.
    ///
    /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
    package func plainestBits(of canonical: [UInt8]) throws(CodecError) -> Int {
      try follow(canonical)
      return AVCUnits(of: canonical).reduce(0) { $0 + ($1.isSlice ? 8 * $1.bytes.count : 0) }
    }
  }

  extension AVCParameters {
    /// Whether slices with other parameters mean the same, at the same times.
    fileprivate func agrees(with other: AVCParameters) -> Bool {
      (columns, rows, frameNumberBits, referenceFrames, defaultReferences)
        == (
          other.columns, other.rows, other.frameNumberBits, other.referenceFrames,
          other.defaultReferences
        )
        && (predictedQP, chromaOffset, cropping, timing)
          == (other.predictedQP, other.chromaOffset, other.cropping, other.timing)
    }
  }
#endif
