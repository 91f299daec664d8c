/// The parameters that every JPEG stream of a data set shares, so that the streams differ in
/// nothing but their pictures.
///
/// All streams are baseline sequential (ITU-T T.81, SOF0) with the Huffman tables of Annex K and the
/// quantization tables that libjpeg makes from Annex K's at ``quality``.
public struct JPEGProfile: Profile {
  /// In `codec.json`.
  public static let name = "jpeg"

  /// Colour and the sampling factors of the chroma components (T.81 A.1.1).
  public enum Subsampling: String, Codable, CaseIterable, Sendable {
    /// YCbCr, chroma halved in both directions; an MCU is 16 × 16 pixels.
    case yCbCr420 = "4:2:0"
    /// YCbCr, chroma halved horizontally; an MCU is 16 × 8 pixels.
    case yCbCr422 = "4:2:2"
    /// YCbCr at full resolution; an MCU is 8 × 8 pixels.
    case yCbCr444 = "4:4:4"
    /// Y alone; an MCU is one data unit of 8 × 8 pixels (T.81 A.2.2).
    case grayscale
  }

  /// Which parts of the file are in the stream, by the form's name.
  ///
  /// What is left out is the same for every picture of the profile.
  public struct Stream: RawRepresentable, Codable, CaseIterable, Hashable, Sendable {
    /// The name, as in `codec.json` and on the command line.
    public let rawValue: String

    /// The form of a name, if there is one.
    public init?(rawValue: String) {
      self.init(name: rawValue)
      if JPEGStreamForms.entry(self) == nil { return nil }
    }

    /// The name of a form.
    init(name: String) { rawValue = name }

    /// All forms.
    public static var allCases: [Stream] { JPEGStreamForms.all.map(\.stream) }
  }

  /// A component's sampling factors H and V (T.81 A.1.1).
  package struct Component: Hashable, Sendable {
    /// Data units per MCU, horizontally.
    package let horizontal: Int
    /// Data units per MCU, vertically.
    package let vertical: Int
  }

  /// The sides that the pictures of a model may have, in pixels.
  package static let sides = 1...4096
  /// The sides that a file may have that libjpeg reads or writes, in pixels.
  package static let fileSides = 1...65_500

  /// Picture width in pixels; with a model, 1 to 4096.
  public var width: Int
  /// Picture height in pixels; with a model, 1 to 4096.
  public var height: Int
  /// libjpeg's quality, 1 to 100: how coarse the quantization tables are.
  public var quality: Int
  /// Colour and chroma resolution.
  public var subsampling: Subsampling
  /// MCUs between restart markers (T.81 B.2.4.4), at most 65,535; 0 means no markers.
  public var restartInterval: Int
  /// Which parts of the file are in the stream.
  public var stream: Stream

  /// A profile of pictures of `width` by `height` pixels.
  ///
  /// Nothing is checked here: ``makeCodec(maximumPixels:)`` checks.
  public init(
    width: Int, height: Int, quality: Int = 25, subsampling: Subsampling = .yCbCr420,
    restartInterval: Int = 0, stream: Stream = .symbols
  ) {
    self.width = width
    self.height = height
    self.quality = quality
    self.subsampling = subsampling
    self.restartInterval = restartInterval
    self.stream = stream
  }

  /// A profile of square pictures.
  public init(
    size: Int, quality: Int = 25, subsampling: Subsampling = .yCbCr420, restartInterval: Int = 0,
    stream: Stream = .symbols
  ) {
    self.init(
      width: size, height: size, quality: quality, subsampling: subsampling,
      restartInterval: restartInterval, stream: stream)
  }

  private enum CodingKeys: String, CodingKey {
    case width, height, quality, subsampling, stream
    case restartInterval = "restart_interval"
  }

  /// In files of version 1.
  private enum OldKeys: String, CodingKey { case restartInterval }

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
      quality: try values.decode(Int.self, forKey: .quality),
      subsampling: try values.decode(Subsampling.self, forKey: .subsampling),
      restartInterval: try old.decodeIfPresent(Int.self, forKey: .restartInterval)
        ?? values.decode(Int.self, forKey: .restartInterval),
      stream: try values.decode(Stream.self, forKey: .stream))
    try validate()
  }

  /// Checks that every value is in its range.
  ///
  /// - Parameter sides: that of width and height.
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  package func validate(sides: ClosedRange<Int> = sides) throws(CodecError) {
    try CodecError.check("width", width, sides)
    try CodecError.check("height", height, sides)
    try CodecError.check("quality", quality, 1...100)
    try CodecError.check("restart interval", restartInterval, 0...65_535)
  }
}

extension JPEGProfile {
  /// The components in the order of their data units in an MCU: Y, or Y, Cb, Cr.
  package var components: [Component] {
    let chroma = Component(horizontal: 1, vertical: 1)
    return switch subsampling {
    case .yCbCr420: [Component(horizontal: 2, vertical: 2), chroma, chroma]
    case .yCbCr422: [Component(horizontal: 2, vertical: 1), chroma, chroma]
    case .yCbCr444: [chroma, chroma, chroma]
    case .grayscale: [chroma]
    }
  }

  /// For each data unit of an MCU, in their order, its component (T.81 A.2.3).
  var blockComponents: [Int] {
    components.enumerated().flatMap { index, component in
      Array(repeating: index, count: component.horizontal * component.vertical)
    }
  }

  /// Whether the pictures have no colour.
  package var isGrayscale: Bool { subsampling == .grayscale }

  /// Width of an MCU in pixels.
  package var mcuWidth: Int { 8 * components[0].horizontal }

  /// Height of an MCU in pixels.
  package var mcuHeight: Int { 8 * components[0].vertical }

  /// MCUs in a row; the last one may reach over the picture's edge (T.81 A.2.4).
  package var mcuColumns: Int { (width + mcuWidth - 1) / mcuWidth }

  /// Rows of MCUs.
  package var mcuRows: Int { (height + mcuHeight - 1) / mcuHeight }

  /// MCUs in a picture (T.81 A.2.3).
  package var mcuCount: Int { mcuColumns * mcuRows }

  /// Restart markers in a picture: one between every two intervals, none at the end.
  package var restartMarkerCount: Int {
    restartInterval == 0 ? 0 : (mcuCount - 1) / restartInterval
  }
}
