internal import CKernels

extension Kernels {
  /// Floats that rows of a product's input take once they are packed.
  package static func packedCount(_ rows: Int, _ columns: Int) -> Int {
    rows == 1 ? columns : BufferLayout.aligned(rows) * columns
  }

  /// Lays the first columns of x out for `PanelMatrix`: 16 rows side by side.
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

  /// Floats of scratch that ``attend(queryKeyValue:groups:of:heads:queries:position:rotation:isHalf:keys:values:scratch:into:)``
  /// needs.
  package static func attentionScratch(heads: Int, dimension: Int, positions: Int) -> Int {
    BufferLayout.aligned(
      heads * (BufferLayout.aligned(positions) + BufferLayout.aligned(dimension) + 1))
  }

  /// Attention at one position of a stream, for some groups of key/value heads and the queries that
  /// share each head.
  ///
  /// - Parameters:
  ///   - groups: numbers of groups of `heads` heads.
  ///   - queryKeyValue: [1, all heads × (queries + 2) × dimension]: for each head its queries, its key
  ///     and its value, not yet rotated.
  ///   - rotation: [1, dimension]: the position's cosines, then its sines.
  ///   - isHalf: whether keys and values are in half precision, two in the place of a float.
  ///   - keys: [all groups × blocks of 16 positions × heads × dimension, 16]; receives the position's
  ///     keys.
  ///   - values: [all groups × positions, heads × padded dimension]; receives the position's values.
  ///   - y: [1, all heads × queries × dimension].
  package static func attend(
    queryKeyValue: Matrix, groups: Range<Int>, of allGroups: Int, heads: Int, queries: Int,
    position: Int, rotation: Matrix, isHalf: Bool, keys: Matrix, values: Matrix, scratch: Matrix,
    into y: Matrix
  ) {
    let dimension = rotation.columns
    let (keyRows, valueRows) = (keys.rows / allGroups, values.rows / allGroups)
    let (inputs, outputs) = (heads * (queries + 2) * dimension, heads * queries * dimension)
    precondition(groups.lowerBound >= 0 && groups.upperBound <= allGroups)
    precondition(queryKeyValue.columns >= allGroups * inputs && y.columns >= allGroups * outputs)
    let lanes = isHalf ? 8 : 16
    precondition(values.columns == heads * BufferLayout.aligned(dimension) / 16 * lanes)
    precondition(values.isContiguous && values.offset % lanes == 0 && position < valueRows)
    precondition(keys.columns == lanes && keys.isContiguous && keys.offset % lanes == 0)
    precondition((position / 16 + 1) * heads * dimension <= keyRows && scratch.offset % 16 == 0)
    precondition(
      scratch.columns
        >= attentionScratch(
          heads: heads * queries, dimension: dimension, positions: position + 1))
    let scale = 1 / Float(dimension).squareRoot()
    for group in groups {
      unsafe codeclm_attend(
        isHalf ? 1 : 0, heads, queries, dimension, position, scale, rotation.pointer,
        queryKeyValue.pointer + group * inputs, keys.pointer + group * keyRows * keys.columns,
        values.pointer + group * valueRows * values.columns, scratch.pointer,
        y.pointer + group * outputs)
    }
  }
}
