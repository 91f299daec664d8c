/// A codec whose format codes a picture in units of one size: a JPEG's MCUs, a video's macroblocks.
///
/// Units are numbered frame after frame, in rows from the top left. A stream may code them in any order
/// and in any number of pieces.
public protocol UnitCoding: Codec {
  /// How the units of every stream lie.
  var unitLayout: UnitLayout { get }

  /// The pieces of a stream and the unit that each belongs to, in the order of the stream.
  ///
  /// What follows the last bit of a piece but codes no unit (padding, stuffing, restart markers) is not
  /// counted to it. Every unit has at least one piece.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` where the grammar does not allow a byte.
  /// - Complexity: O(bytes).
  func unitRuns(of canonical: [UInt8]) throws(CodecError) -> [UnitRun]
}

/// How the units of a codec's streams lie.
public struct UnitLayout: Sendable, Hashable {
  /// Units side by side.
  public let columns: Int
  /// Rows of units in a frame.
  public let rows: Int
  /// Frames of a stream: 1 for pictures.
  public let frames: Int
  /// Width of a unit in pixels; the last of a row may reach over the picture's edge.
  public let unitWidth: Int
  /// Height of a unit in pixels.
  public let unitHeight: Int

  /// A layout of `columns` × `rows` units in each of some frames.
  public init(columns: Int, rows: Int, frames: Int = 1, unitWidth: Int, unitHeight: Int) {
    precondition(
      columns > 0 && rows > 0 && frames > 0, "\(frames) frames of \(columns) × \(rows) units")
    self.columns = columns
    self.rows = rows
    self.frames = frames
    self.unitWidth = unitWidth
    self.unitHeight = unitHeight
  }

  /// Units of a frame.
  package var unitsPerFrame: Int { columns * rows }

  /// Units of a stream.
  public var count: Int { unitsPerFrame * frames }
}

/// A piece of a stream that codes (a part of) one unit.
public struct UnitRun: Sendable, Hashable {
  /// The unit's number.
  public let unit: Int
  /// The offset behind the piece's last bit, counted in bits from the beginning of the stream, bytes from
  /// their highest bit.
  ///
  /// The piece begins where the one before it ends.
  public let end: Int

  /// A piece of a stream.
  public init(unit: Int, end: Int) {
    self.unit = unit
    self.end = end
  }
}

extension UnitCoding {
  /// Number of units of every stream.
  package var unitCount: Int { unitLayout.count }

  /// Number of units side by side.
  package var unitsPerRow: Int { unitLayout.columns }
}

extension Codec {
  /// How the units of every stream lie; `nil` where the format has none.
  package var units: UnitLayout? { (self as? any UnitCoding)?.unitLayout }

  /// This codec as one of units.
  ///
  /// - Throws: ``CodecError/unsupported(_:)`` where the format has none.
  package func unitCoding() throws(CodecError) -> any UnitCoding {
    guard let codec = self as? any UnitCoding else {
      throw .unsupported("parts of a stream, as the format has no units")
    }
    return codec
  }

  /// For each unit, how many bits from the beginning of a stream decide it.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)`` where the grammar does not allow a byte;
  ///   ``CodecError/unsupported(_:)`` where the format has no units.
  /// - Complexity: O(bytes).
  package func unitEnds(of canonical: [UInt8]) throws(CodecError) -> [Int] {
    let codec = try unitCoding()
    var ends = [Int](repeating: 0, count: codec.unitLayout.count)
    for run in try codec.unitRuns(of: canonical) { ends[run.unit] = max(ends[run.unit], run.end) }
    return ends
  }
}
