/// Brings any JPEG file into the form of one profile, and back.
///
/// A picture is set upright by its EXIF orientation, cropped at the centre to the profile's
/// proportions, resized with a Lanczos kernel and encoded by libjpeg. No metadata reaches the
/// stream: neither comments nor EXIF nor colour profiles (colours are taken as they are stored).
/// A file that already has the profile's size, sampling and quantization keeps its coefficients,
/// so that canonical files do not lose quality by being read again.
package struct JPEGCodec: Codec {
  /// The form of the streams.
  package let profile: JPEGProfile
  /// The most pixels that a file's frame may have; larger ones are refused before decoding.
  package let maximumPixels: Int

  let template: JPEGTemplate
  let form: any StreamForm

  /// A codec for the given profile.
  ///
  /// - Parameters:
  ///   - profile: the form of the streams.
  ///   - maximumPixels: the most pixels of a file's frame.
  ///   - sides: the range of the profile's width and height: of a model's, or of any file's.
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  package init(
    _ profile: JPEGProfile, maximumPixels: Int = PixelImage.usualMaximumPixels,
    sides: ClosedRange<Int> = JPEGProfile.sides
  ) throws(CodecError) {
    try profile.validate(sides: sides)
    guard let entry = JPEGStreamForms.entry(profile.stream) else {
      throw .invalidProfile("no stream is called \(profile.stream.rawValue)")
    }
    self.profile = profile
    self.maximumPixels = maximumPixels
    template = try JPEGTemplate(profile)
    form = entry.make(template)
  }

  /// The grammar of the profile's streams, at the beginning of one.
  package func makeGrammar() -> any ByteGrammar { form.makeGrammar() }

  /// Any JPEG file, or an abbreviated stream of this very profile, in canonical form.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  package func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    let file = withTables(file)
    let header = try readHeader(file)
    if header.orientation == .topLeft,
      (header.width, header.height) == (profile.width, profile.height),
      let rewritten = LibJPEG.rewrite(file, profile, hasTables: false),
      // Symbols have no DC beyond that of eight-bit samples, which decoders cut off: such a file is
      // coded again as it looks.
      let stream = try? form.stream(of: template.scan(of: rewritten))
    {
      return stream
    }
    return try encode(prepare(decode(file, header)))
  }

  /// The complete file of a canonical stream.
  ///
  /// Headers and markers are checked, entropy-coded bits are not: see ``picture(ofFile:)``.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)``.
  package func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8] {
    template.file(of: try form.scan(of: canonical))
  }

  /// The picture of a canonical stream's file.
  ///
  /// This is the test of whether a sampled stream is a valid one: libjpeg must find nothing to warn
  /// of. It overlooks what no decoder minds: padding bits that are not ones, codes that an encoder
  /// would not choose, up to seven bytes after the last MCU that it had read ahead. A stream without
  /// these too is one that `canonicalBytes(of: file(from: canonical))` returns unchanged.
  ///
  /// - Throws: ``CodecError/corrupt(_:)``, ``CodecError/warned(message:)``.
  package func picture(ofFile file: [UInt8]) throws(CodecError) -> PixelImage {
    try LibJPEG.decode(
      file, grayscale: profile.isGrayscale, minimum: nil,
      maximumPixels: profile.width * profile.height)
  }
}

extension JPEGCodec: PictureEncoding, Mirroring {
  /// A picture in canonical form: cropped, resized and encoded.
  ///
  /// - Precondition: there is one picture.
  package func canonicalBytes(of pictures: [PixelImage]) throws(CodecError) -> [UInt8] {
    precondition(pictures.count == 1, "\(pictures.count) pictures for one JPEG file")
    return try encode(prepare(pictures[0]))
  }

  /// What a JPEG file's canonical form is made from: one picture, upright, cropped and resized, but
  /// without the losses of the profile's quantization.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  package func images(of file: [UInt8]) throws(CodecError) -> [PixelImage] {
    let file = withTables(file)
    return [try prepare(decode(file, readHeader(file)))]
  }

  /// Any JPEG file in canonical form, its picture mirrored left to right.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded without inventing data.
  package func mirrorImage(of file: [UInt8]) throws(CodecError) -> [UInt8] {
    try encode(images(of: file)[0].upright(from: .topRight))
  }
}

extension JPEGCodec {
  /// A file; of an abbreviated stream of this profile, the whole one.
  private func withTables(_ file: [UInt8]) -> [UInt8] {
    let header = template.abbreviatedHeader
    return file.starts(with: header) ? template.fileHeader + file[header.count...] : file
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
    let fitted = image.fitted(width: profile.width, height: profile.height)
    return profile.isGrayscale ? fitted.grayscale : fitted.rgb
  }

  private func encode(_ image: PixelImage) throws(CodecError) -> [UInt8] {
    try form.stream(of: template.scan(of: LibJPEG.encode(image, profile, hasTables: false)))
  }
}
