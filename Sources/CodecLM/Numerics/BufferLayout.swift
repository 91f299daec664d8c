/// Names and places of tensors in one flat buffer.
///
/// Parameters, gradients and both Adam moments are buffers of one layout, so that an operation on
/// all of them is one pointer and one count. Regions start at multiples of 16 floats.
public struct BufferLayout: Sendable, Equatable {
  /// One tensor: `rows` × `columns` floats, row-major, from `offset` on.
  public struct Region: Sendable, Equatable {
    /// The tensor's name; empty for a region that only spans others.
    public let name: String
    /// Sizes as other frameworks state them: `[columns]` for a vector, `[rows, columns]` otherwise.
    public let shape: [Int]
    /// Index of the first element in the buffer.
    public let offset: Int

    /// 1 for a vector.
    public var rows: Int { shape.count == 1 ? 1 : shape[0] }
    /// Length of a row.
    public var columns: Int { shape[shape.count - 1] }
    /// Number of elements.
    public var count: Int { rows * columns }
    /// The elements' indices in the buffer.
    public var range: Range<Int> { offset..<offset + count }
  }

  /// The tensors in the order in which they were added.
  public private(set) var regions: [Region] = []
  /// Number of floats a buffer of this layout holds, gaps included.
  public private(set) var count = 0

  private static let alignment = 16

  /// An empty layout.
  public init() {}

  /// Adds a matrix.
  @discardableResult
  public mutating func add(_ name: String, rows: Int, columns: Int) -> Region {
    add([(name, rows)], columns: columns)
  }

  /// Adds a vector.
  @discardableResult
  public mutating func add(vector name: String, count columns: Int) -> Region {
    let region = Region(name: name, shape: [columns], offset: count)
    append(region)
    return region
  }

  /// Adds matrices of equal width that follow each other without a gap; the result spans them all,
  /// so that one matrix product serves them together.
  @discardableResult
  public mutating func add(_ parts: [(name: String, rows: Int)], columns: Int) -> Region {
    let start = count
    var offset = start
    for part in parts {
      let region = Region(name: part.name, shape: [part.rows, columns], offset: offset)
      regions.append(region)
      offset = region.range.upperBound
    }
    count = Self.aligned(offset)
    return Region(name: "", shape: [(offset - start) / columns, columns], offset: start)
  }

  /// The region of a name.
  public subscript(name: String) -> Region? {
    regions.first { $0.name == name }
  }

  private mutating func append(_ region: Region) {
    regions.append(region)
    count = Self.aligned(region.range.upperBound)
  }

  /// The next multiple of 16 floats, the lanes of the widest registers.
  package static func aligned(_ offset: Int) -> Int {
    (offset + alignment - 1) / alignment * alignment
  }
}
