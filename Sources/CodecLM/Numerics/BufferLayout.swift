/// Names and places of tensors in one flat buffer.
///
/// Parameters, gradients and both Adam moments are buffers of one layout, so that an operation on
/// all of them is one pointer and one count. Regions start at multiples of 16 floats.
package struct BufferLayout: Sendable, Equatable {
  /// One tensor: `rows` × `columns` floats, row-major, from `offset` on.
  package struct Region: Sendable, Equatable {
    /// The tensor's name; empty for a region that only spans others.
    package let name: String
    /// Sizes as other frameworks state them: `[columns]` for a vector, `[rows, columns]` otherwise.
    package let shape: [Int]
    /// Index of the first element in the buffer.
    package let offset: Int

    /// 1 for a vector.
    package var rows: Int { shape.count == 1 ? 1 : shape[0] }
    /// Length of a row.
    package var columns: Int { shape[shape.count - 1] }
    /// Number of elements.
    package var count: Int { rows * columns }
    /// The elements' indices in the buffer.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// The tensors in the order in which they were added.
  package private(set) var regions: [Region] = []
  /// Where in ``regions`` a name is.
  private var indices: [String: Int] = [:]
  /// Number of floats a buffer of this layout holds, gaps included.
  package private(set) var count = 0

  private static let alignment = 16

  /// An empty layout.
  package init() {}

  /// Adds a matrix.
  @discardableResult
  package mutating func add(_ name: String, rows: Int, columns: Int) -> Region {
    add([(name, rows)], columns: columns)
  }

  /// Adds a vector.
  @discardableResult
  package mutating func add(vector name: String, count columns: Int) -> Region {
    let region = Region(name: name, shape: [columns], offset: count)
    list(region)
    count = Self.aligned(region.range.upperBound)
    return region
  }

  /// Adds matrices of equal width that follow each other without a gap; the result spans them all,
  /// so that one matrix product serves them together.
  @discardableResult
  package mutating func add(_ parts: [(name: String, rows: Int)], columns: Int) -> Region {
    let start = count
    var offset = start
    for part in parts {
      let region = Region(name: part.name, shape: [part.rows, columns], offset: offset)
      list(region)
      offset = region.range.upperBound
    }
    count = Self.aligned(offset)
    return Region(name: "", shape: [(offset - start) / columns, columns], offset: start)
  }

  /// The region of a name.
  package subscript(name: String) -> Region? { indices[name].map { regions[$0] } }

  private mutating func list(_ region: Region) {
    let other = indices.updateValue(regions.count, forKey: region.name)
    precondition(other == nil, "two tensors are called \(region.name)")
    regions.append(region)
  }

  /// The next multiple of 16 floats, the lanes of the widest registers.
  package static func aligned(_ offset: Int) -> Int {
    (offset + alignment - 1) / alignment * alignment
  }
}
