internal import CKernels

extension Kernels {
  /// Floats that rows of a product's input take once they are packed.
  package static func packedCount(_ rows: Int, _ columns: Int) -> Int {
    rows == 1 ? columns : BufferLayout.aligned(rows) * columns
  }

  /// Lays the first columns of x out for ``PanelMatrix``: 16 rows side by side.
  ///
  /// With a norm, [1, columns], rows are normalised on the way: x · rstd · norm.
  package static func packRows(
    _ x: Matrix, columns: Int, norm: Matrix?, epsilon: Float, into packed: Matrix
  ) {
    precondition(columns <= x.columns && packed.isContiguous)
    precondition(packed.rows * packed.columns >= packedCount(x.rows, columns))
    if let norm {
      precondition(norm.rows == 1 && norm.columns == columns)
      unsafe codeclm_pack_rows(
        x.rows, columns, x.pointer, x.stride, norm.pointer, epsilon, packed.pointer)
    } else {
      unsafe codeclm_pack_rows(x.rows, columns, x.pointer, x.stride, nil, 0, packed.pointer)
    }
  }

  /// Floats of scratch that ``attend(queryKeyValue:heads:position:rotation:keys:values:scratch:into:)``
  /// needs.
  package static func attentionScratch(heads: Int, dimension: Int, positions: Int) -> Int {
    heads * (BufferLayout.aligned(positions) + BufferLayout.aligned(dimension) + 1)
  }

  /// Attention of the queries that share a key/value head, at one position of a stream.
  ///
  /// - Parameters:
  ///   - queryKeyValue: [1, (heads + 2) × dimension]: the queries, the key and the value, not yet
  ///     rotated.
  ///   - rotation: [1, dimension]: the position's cosines, then its sines.
  ///   - keys: [blocks of 16 positions × dimension, 16]; receives the position's key.
  ///   - values: [positions, padded dimension]; receives the position's value.
  ///   - y: [1, heads × dimension].
  package static func attend(
    queryKeyValue: Matrix, heads: Int, position: Int, rotation: Matrix, keys: Matrix,
    values: Matrix, scratch: Matrix, into y: Matrix
  ) {
    let dimension = rotation.columns
    precondition(queryKeyValue.columns >= (heads + 2) * dimension && y.columns >= heads * dimension)
    precondition(values.columns == BufferLayout.aligned(dimension) && values.isContiguous)
    precondition(values.offset % 16 == 0)
    precondition(keys.columns == 16 && keys.isContiguous && keys.offset % 16 == 0)
    precondition(position < values.rows && (position / 16 + 1) * dimension <= keys.rows)
    precondition(
      scratch.columns
        >= attentionScratch(heads: heads, dimension: dimension, positions: position + 1))
    unsafe codeclm_attend(
      heads, dimension, position, 1 / Float(dimension).squareRoot(), rotation.pointer,
      queryKeyValue.pointer, keys.pointer, values.pointer, scratch.pointer, y.pointer)
  }
}
