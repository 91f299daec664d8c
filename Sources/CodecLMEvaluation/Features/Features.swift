package import CodecLM

/// What a network makes of a set's pictures: as many numbers for each.
public struct Features: Sendable {
  /// One picture a row; nobody writes any more.
  package let matrix: Matrix

  package init(_ matrix: Matrix) { self.matrix = matrix }

  /// Features that another network made.
  ///
  /// - Parameters:
  ///   - pictures: the features of each picture, the same number for all.
  /// - Throws: `NumericsError/outOfMemory(bytes:)`.
  public init(_ pictures: [[Float]]) throws {
    let dimensions = pictures.first?.count ?? 0
    precondition(
      pictures.allSatisfy { $0.count == dimensions }, "not as many features for each picture")
    self.init(try Matrix(rows: pictures.count, columns: dimensions, pictures.flatMap { $0 }))
  }

  /// Number of pictures.
  public var count: Int { matrix.rows }
  /// Number of features of a picture.
  public var dimensions: Int { matrix.columns }

  /// Calls `body` with the features of one picture.
  ///
  /// - Parameters:
  ///   - picture: its number in the set.
  ///   - body: gets ``dimensions`` numbers.
  public func withPicture<Result>(
    _ picture: Int, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try matrix.withRow(picture, body)
  }
}
