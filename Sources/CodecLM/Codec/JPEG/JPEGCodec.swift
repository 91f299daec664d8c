/// Brings any JPEG file into the form of one profile, and back.
///
/// A picture is set upright by its EXIF orientation, cropped at the centre to the profile's
/// proportions, resized with a Lanczos kernel and encoded by libjpeg. No metadata reaches the
/// stream: neither comments nor EXIF nor colour profiles (colours are taken as they are stored).
/// A file that already has the profile's size, sampling and quantization keeps its coefficients,
/// so that canonical files do not lose quality by being read again.
public struct JPEGCodec: Codec {
  /// The form of the streams.
  public let profile: JPEGProfile
  /// The most pixels that a file's frame may have; larger ones are refused before decoding.
  public let maximumPixels: Int

  /// SOI … SOS with tables, as in every file of the profile.
  let fileHeader: [UInt8]
  /// SOI … SOS without tables, as in every abbreviated stream of the profile.
  private let abbreviatedHeader: [UInt8]
  /// The part of a canonical stream before the entropy-coded data.
  let streamHeader: [UInt8]
  /// The part of a canonical stream after the entropy-coded data.
  private let streamTrailer: [UInt8]
  /// The grammar of the streams, or of the scans whose symbols they are.
  let grammar: JPEGGrammar
  /// What makes streams of symbols, for a profile that has these.
  let symbolCoder: JPEGSymbolCoder?

  static let endOfImage: [UInt8] = [0xFF, 0xD9]

  /// A codec for the given profile.
  ///
  /// - Parameters:
  ///   - profile: the form of the streams.
  ///   - maximumPixels: the most pixels of a file's frame.
  ///   - sides: the range of the profile's width and height: of a model's, or of any file's.
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public init(
    _ profile: JPEGProfile, maximumPixels: Int = PixelImage.usualMaximumPixels,
    sides: ClosedRange<Int> = JPEGProfile.sides
  ) throws(CodecError) {
    try profile.validate(sides: sides)
    self.profile = profile
    self.maximumPixels = maximumPixels
    // libjpeg itself writes the headers, with a picture of one pixel.
    fileHeader = try Self.header(profile, hasTables: true)
    abbreviatedHeader = try Self.header(profile, hasTables: false)
    switch profile.stream {
    case .full: (streamHeader, streamTrailer) = (fileHeader, Self.endOfImage)
    case .abbreviated: (streamHeader, streamTrailer) = (abbreviatedHeader, Self.endOfImage)
    case .scan, .symbols: (streamHeader, streamTrailer) = ([], [])
    }
    grammar = try Self.grammar(
      profile, fileHeader: fileHeader, streamHeader: streamHeader, streamTrailer: streamTrailer)
    symbolCoder = profile.stream == .symbols ? JPEGSymbolCoder(profile, grammar.rules) : nil
  }

  /// The grammar of the profile's streams, at the beginning of one.
  public func makeGrammar() -> any ByteGrammar {
    symbolCoder.map { JPEGSymbolGrammar($0.rules) } ?? grammar
  }

  /// In streams of symbols, the places of coefficients.
  public var symbolStarts: ByteSet {
    symbolCoder == nil ? ByteSet() : JPEGSymbol.starts
  }

  private static func header(
    _ profile: JPEGProfile, hasTables: Bool
  ) throws(CodecError) -> [UInt8] {
    var small = profile
    (small.width, small.height) = (1, 1)
    let channels = profile.components.count
    let pixel = PixelImage(
      width: 1, height: 1, channels: channels, samples: [UInt8](repeating: 0, count: channels))
    var file = try LibJPEG.encode(pixel, small, hasTables: hasTables)
    var reader = try MarkerReader(file)
    var segment = try reader.next()
    while segment.code != 0xDA {
      if segment.isFrameHeader {
        // Of the picture's size a header says nothing but this (T.81 B.2.2).
        let size = [profile.height, profile.width].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let start = segment.parameters.lowerBound + 1
        file.replaceSubrange(start..<start + 4, with: size)
      }
      segment = try reader.next()
    }
    return Array(file[..<segment.parameters.upperBound])
  }
}

extension JPEGCodec {
  /// Any JPEG file, or an abbreviated stream of this very profile, in canonical form.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  public func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    let file = withTables(file)
    let header = try readHeader(file)
    if header.orientation == .topLeft,
      (header.width, header.height) == (profile.width, profile.height),
      let rewritten = LibJPEG.rewrite(file, profile, hasTables: profile.stream == .full),
      // Symbols have no DC beyond that of eight-bit samples, which decoders cut off: such a file is
      // coded again as it looks.
      let stream = try? stream(of: rewritten)
    {
      return stream
    }
    return try encode(prepare(decode(file, header)))
  }

  /// Any JPEG file in canonical form, its picture mirrored left to right.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  public func mirroredBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    try encode(image(of: file).upright(from: .topRight))
  }

  /// A picture in canonical form: cropped, resized and encoded.
  public func canonicalBytes(of image: PixelImage) throws(CodecError) -> [UInt8] {
    try encode(prepare(image))
  }

  /// What a JPEG file's canonical form is made from: the picture upright, cropped and resized, but
  /// without the losses of the profile's quantization.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  public func image(of file: [UInt8]) throws(CodecError) -> PixelImage {
    let file = withTables(file)
    return try prepare(decode(file, readHeader(file)))
  }

  /// A file; of an abbreviated stream of this profile, the whole one.
  private func withTables(_ file: [UInt8]) -> [UInt8] {
    file.starts(with: abbreviatedHeader)
      ? fileHeader + file[abbreviatedHeader.count...] : file
  }

  private func readHeader(_ file: [UInt8]) throws(CodecError) -> JPEGHeader {
    let header = try JPEGHeader(file)
    if PixelImage.isSheet(file) { throw .sheet }
    guard header.storedWidth * header.storedHeight <= maximumPixels else {
      throw .tooLarge(
        width: header.storedWidth, height: header.storedHeight, maximumPixels: maximumPixels)
    }
    return header
  }

  /// The upright picture, at a fraction of its size when that is still three times the profile's:
  /// libjpeg's own scaling is cheap, but not as good a filter as the resizing that follows.
  private func decode(
    _ file: [UInt8], _ header: JPEGHeader
  ) throws(CodecError) -> PixelImage {
    let (width, height) = (3 * profile.width, 3 * profile.height)
    let image = try LibJPEG.decode(
      file, grayscale: profile.isGrayscale,
      minimum: header.orientation.swapsSides ? (height, width) : (width, height),
      maximumPixels: maximumPixels)
    return image.upright(from: header.orientation)
  }

  private func prepare(_ image: PixelImage) -> PixelImage {
    let fitted =
      image
      .centerCropped(width: profile.width, height: profile.height)
      .resized(width: profile.width, height: profile.height)
    return profile.isGrayscale ? fitted.grayscale : fitted.rgb
  }

  private func encode(_ image: PixelImage) throws(CodecError) -> [UInt8] {
    try stream(of: LibJPEG.encode(image, profile, hasTables: profile.stream == .full))
  }

  /// The canonical part of a file that libjpeg wrote in the profile's form, with its tables when
  /// the stream has them and otherwise without.
  private func stream(of encoded: [UInt8]) throws(CodecError) -> [UInt8] {
    let end = encoded.count - Self.endOfImage.count
    return switch profile.stream {
    case .full, .abbreviated: encoded
    case .scan, .symbols:
      try symbolCoder?.symbols(of: encoded[abbreviatedHeader.count..<end])
        ?? Array(encoded[abbreviatedHeader.count..<end])
    }
  }
}

extension JPEGCodec {
  /// The complete file of a canonical stream.
  ///
  /// Headers and markers are checked, the entropy-coded bits are not: see ``decode(_:)``.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)``.
  public func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
    if let symbolCoder {
      return fileHeader + (try symbolCoder.data(of: canonical)) + Self.endOfImage
    }
    for (offset, byte) in streamHeader.enumerated() {
      guard offset < canonical.count, canonical[offset] == byte else {
        throw .notCanonical(offset: offset, reason: "not the header of the profile")
      }
    }
    let end = canonical.count - streamTrailer.count
    guard end > streamHeader.count else {
      throw .notCanonical(offset: canonical.count, reason: "no entropy-coded data")
    }
    try checkMarkers(canonical, streamHeader.count..<end)
    guard canonical[end...].elementsEqual(streamTrailer) else {
      throw .notCanonical(offset: end, reason: "no EOI at the end")
    }
    return fileHeader + canonical[streamHeader.count..<end] + Self.endOfImage
  }

  /// The picture of a canonical stream.
  ///
  /// This is the test of whether a sampled stream is a valid one: libjpeg must find nothing to warn
  /// of. It overlooks what no decoder minds: padding bits that are not ones, codes that an encoder
  /// would not choose, up to seven bytes after the last MCU that it had read ahead. A stream without
  /// these too is one that `canonicalBytes(of: file(from: canonical))` returns unchanged.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)`` or ``CodecError/corrupt(message:)``.
  public func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage {
    try picture(ofOwn: file(from: canonical))
  }

  /// File and picture of a canonical stream.
  ///
  /// - Throws: as ``decode(_:)``.
  public func content(of canonical: [UInt8]) throws(CodecError) -> StreamContent {
    let file = try file(from: canonical)
    return StreamContent(file: file, frames: [try picture(ofOwn: file)])
  }

  private func picture(ofOwn file: [UInt8]) throws(CodecError) -> PixelImage {
    try LibJPEG.decode(
      file, grayscale: profile.isGrayscale, minimum: nil,
      maximumPixels: profile.width * profile.height)
  }

  /// T.81 B.1.1.5 and E.1.4: in entropy-coded data 0xFF is followed by a stuffed 0x00 or is part of
  /// a restart marker; these count RST0 … RST7 in a cycle.
  private func checkMarkers(_ bytes: [UInt8], _ scan: Range<Int>) throws(CodecError) {
    var markers = 0
    var offset = scan.lowerBound
    while offset < scan.upperBound {
      guard bytes[offset] == 0xFF else {
        offset += 1
        continue
      }
      let code = offset + 1 < scan.upperBound ? bytes[offset + 1] : nil
      if code != 0x00 {
        guard code == 0xD0 + UInt8(markers % 8), markers < profile.restartMarkerCount else {
          throw .notCanonical(offset: offset, reason: "a marker that is not the restart marker due")
        }
        markers += 1
      }
      offset += 2
    }
    guard markers == profile.restartMarkerCount else {
      throw .notCanonical(
        offset: scan.upperBound,
        reason: "\(markers) restart markers, not \(profile.restartMarkerCount)")
    }
  }
}
