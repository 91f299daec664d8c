/// The parameters that every JPEG stream of a data set shares, so that the streams differ in
/// nothing but their pictures.
///
/// All streams are baseline sequential (ITU-T T.81, SOF0) with the Huffman tables of Annex K and the
/// quantization tables that libjpeg makes from Annex K's at ``quality``.
public struct JPEGProfile: Codable, Hashable, Sendable {
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

  /// Which parts of the file are in the stream.
  ///
  /// What is left out is the same for every picture of
  /// the profile.
  public enum Stream: String, Codable, CaseIterable, Sendable {
    /// The whole file, an interchange format (T.81 B.2).
    case full
    /// The file without its quantization and Huffman tables, an abbreviated format (T.81 B.4): SOI,
    /// APP0, SOF0, DRI if any, SOS, entropy-coded data, EOI. The form of the paper.
    case abbreviated
    /// The entropy-coded data alone, with its restart markers if any.
    case scan
    /// The coefficients of the entropy-coded data instead of their Huffman codes: for each block DC, the
    /// AC coefficients that are not zero, and the block's end. A coefficient is a byte for component and
    /// zig-zag index and a byte for the value, or three. The data and so the file follow from them bit by
    /// bit.
    case symbols
  }

  /// A component's sampling factors H and V (T.81 A.1.1).
  public struct Component: Hashable, Sendable {
    /// Data units per MCU, horizontally.
    public let horizontal: Int
    /// Data units per MCU, vertically.
    public let vertical: Int
  }

  /// The sides that the pictures of a model may have, in pixels.
  public static let sides = 1...4096
  /// The sides that a file may have that libjpeg reads or writes, in pixels.
  public static let fileSides = 1...65_500

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
  /// Nothing is checked here: see ``validate(sides:)``.
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

  /// Reads a stored profile.
  ///
  /// - Throws: a `DecodingError`, or ``CodecError/invalidProfile(_:)`` when a value leaves its
  ///   range.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height),
      quality: try values.decode(Int.self, forKey: .quality),
      subsampling: try values.decode(Subsampling.self, forKey: .subsampling),
      restartInterval: try values.decode(Int.self, forKey: .restartInterval),
      stream: try values.decode(Stream.self, forKey: .stream))
    try validate()
  }

  /// Checks that every value is in its range.
  ///
  /// - Parameter sides: that of width and height.
  /// - Throws: ``CodecError/invalidProfile(_:)``.
  public func validate(sides: ClosedRange<Int> = sides) throws(CodecError) {
    try CodecError.check("width", width, sides)
    try CodecError.check("height", height, sides)
    try CodecError.check("quality", quality, 1...100)
    try CodecError.check("restart interval", restartInterval, 0...65_535)
  }
}

extension JPEGProfile {
  /// The components in the order of their data units in an MCU: Y, or Y, Cb, Cr.
  public var components: [Component] {
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
  public var isGrayscale: Bool { subsampling == .grayscale }

  /// Width of an MCU in pixels.
  public var mcuWidth: Int { 8 * components[0].horizontal }

  /// Height of an MCU in pixels.
  public var mcuHeight: Int { 8 * components[0].vertical }

  /// MCUs in a row; the last one may reach over the picture's edge (T.81 A.2.4).
  public var mcuColumns: Int { (width + mcuWidth - 1) / mcuWidth }

  /// Rows of MCUs.
  public var mcuRows: Int { (height + mcuHeight - 1) / mcuHeight }

  /// MCUs in a picture (T.81 A.2.3).
  public var mcuCount: Int { mcuColumns * mcuRows }

  /// Restart markers in a picture: one between every two intervals, none at the end.
  public var restartMarkerCount: Int {
    restartInterval == 0 ? 0 : (mcuCount - 1) / restartInterval
  }
}
