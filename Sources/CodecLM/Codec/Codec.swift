/// A file format in canonical form: one size, one quality, known tables, so that a file is a short
/// sequence of bytes that a language model can learn.
///
/// Conformers are values that hold a profile. Laws:
/// - `canonicalBytes(of: try file(from: c)) == c` for every `c` this codec made;
/// - equal input and equal profile give equal bytes.
public protocol Codec: Sendable {
  /// Any file of the format, brought into the profile's canonical form.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func canonicalBytes(of file: [UInt8]) throws(CodecError) -> [UInt8]

  /// The same of the file's picture mirrored left to right.
  ///
  /// The picture is decoded and mirrored before it is encoded, so that it may be of any width. One that is
  /// in canonical form already is quantized again, unlike in ``canonicalBytes(of:)``.
  ///
  /// - Throws: ``CodecError`` when `file` cannot be decoded.
  func mirroredBytes(of file: [UInt8]) throws(CodecError) -> [UInt8]

  /// A complete file, one that every viewer opens, from its canonical form.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no stream of this profile.
  func file(from canonical: [UInt8]) throws(CodecError) -> [UInt8]

  /// Number of frames of every stream: 1 for pictures.
  var frameCount: Int { get }

  /// Number of units of every stream. A unit is what the format codes as one after the other, in rows
  /// from the top left, frame after frame: a JPEG's MCU, a video's macroblock.
  var unitCount: Int { get }

  /// Number of units beside each other.
  var unitsPerRow: Int { get }

  /// Where each unit ends: the offset behind its last bit, counted in bits from the beginning of the
  /// stream, bytes from their highest bit. What follows the last bit but codes no unit (padding,
  /// stuffing, restart markers) is not counted to the unit before it.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)`` where the grammar does not allow a byte.
  /// - Complexity: O(bytes).
  func unitEnds(of canonical: [UInt8]) throws(CodecError) -> [Int]

  /// The bits that the format's plainest coding spends on the picture of a stream, whatever the
  /// profile adds: for JPEG, the entropy-coded data without restart markers; for H.264, the slices
  /// without start codes. What a model spends is
  /// told as a share of this, as it does not depend on how streams are cut or tokenized.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  func baselineBits(of canonical: [UInt8]) throws(CodecError) -> Int

  /// The bytes that begin a symbol, in streams where each byte begins one or goes on with it; empty in
  /// others. A tokenizer that is split before them has no token that reaches from symbol to symbol.
  var symbolStarts: ByteSet { get }

  /// What says which byte may come next in a canonical stream, at the beginning of one.
  func makeGrammar() -> any ByteGrammar

  /// A picture of what a canonical stream holds, to be looked at; of a video, its frames beside each
  /// other. It is also the test of whether a sampled stream is valid: a stream that decodes only with a
  /// warning is an error.
  ///
  /// - Throws: ``CodecError`` when `canonical` is no valid stream of this profile.
  func decode(_ canonical: [UInt8]) throws(CodecError) -> PixelImage

  /// The frames of a canonical stream, ``frameCount`` of them.
  ///
  /// - Throws: as ``decode(_:)``.
  func frames(of canonical: [UInt8]) throws(CodecError) -> [PixelImage]

  /// Checks a canonical stream by all means at hand.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:reason:)`` or ``CodecError/corrupt(message:)``.
  func check(_ canonical: [UInt8]) throws(CodecError)

  /// The same frames in a file for players that do not open what ``file(from:)`` gives, not coded again;
  /// `nil` where every viewer does.
  ///
  /// - Throws: as ``file(from:)``.
  func container(
    of canonical: [UInt8]
  ) throws(CodecError) -> (file: [UInt8], fileExtension: String)?

  /// File, frames and container of a canonical stream at once, which is followed only one time.
  ///
  /// - Throws: as ``frames(of:)``.
  func content(of canonical: [UInt8]) throws(CodecError) -> StreamContent
}

/// What a canonical stream stands for.
public struct StreamContent: Sendable {
  /// What ``Codec/file(from:)`` gives.
  public let file: [UInt8]
  /// What ``Codec/container(of:)`` gives.
  public let container: (file: [UInt8], fileExtension: String)?
  /// What ``Codec/frames(of:)`` gives.
  public let frames: [PixelImage]

  /// The content of a stream.
  public init(
    file: [UInt8], container: (file: [UInt8], fileExtension: String)? = nil, frames: [PixelImage]
  ) {
    self.file = file
    self.container = container
    self.frames = frames
  }
}

extension Codec {
  /// One.
  public var frameCount: Int { 1 }

  /// None.
  public var symbolStarts: ByteSet { ByteSet() }

  /// The picture.
  public func frames(of canonical: [UInt8]) throws(CodecError) -> [PixelImage] {
    [try decode(canonical)]
  }

  /// Follows it through the grammar, decodes it, counts its units, and brings its file into canonical form
  /// again.
  public func check(_ canonical: [UInt8]) throws(CodecError) {
    let ends = try unitEnds(of: canonical)
    let frames = try frames(of: canonical)
    guard ends.count == unitCount, frames.count == frameCount,
      try canonicalBytes(of: file(from: canonical)) == canonical
    else { throw .corrupt(message: "the stream's file gives another stream") }
  }

  /// None.
  public func container(
    of canonical: [UInt8]
  ) throws(CodecError) -> (file: [UInt8], fileExtension: String)? { nil }

  /// Asks for each.
  public func content(of canonical: [UInt8]) throws(CodecError) -> StreamContent {
    StreamContent(
      file: try file(from: canonical), container: try container(of: canonical),
      frames: try frames(of: canonical))
  }
}
