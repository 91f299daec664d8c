internal import CKernels

// A block's row r sees its first `first` + r + 1 columns.
extension Kernels {
  /// Floats of a row of scores for `keys` keys: whole tiles of 64, and 16 more, so that a column's
  /// elements do not compete for the same places in the cache.
  package static func scoreColumns(_ keys: Int) -> Int { (keys + 63) / 64 * 64 + 16 }

  /// Lays keys [count, dimension] out for ``blockScores(_:keys:count:first:into:)``: 16 side by side.
  package static func packKeys(_ keys: Matrix, into panels: Matrix) {
    precondition(panels.isContiguous)
    precondition(panels.rows * panels.columns >= BufferLayout.aligned(keys.rows) * keys.columns)
    unsafe codeclm_pack_keys(
      keys.rows, keys.columns, keys.pointer, keys.stride, panels.pointer)
  }

  /// scores[r, c] = ⟨query r, key c⟩ for the first `count` packed keys; what a row does not see is
  /// undefined.
  package static func blockScores(
    _ queries: Matrix, keys: Matrix, count: Int, first: Int, into scores: Matrix
  ) {
    precondition(scores.rows == queries.rows && scores.stride >= scoreColumns(count) && first >= 0)
    precondition(keys.rows * keys.columns >= (count + 63) / 64 * 64 * queries.columns)
    unsafe codeclm_block_scores(
      queries.rows, count, queries.columns, first, queries.pointer, queries.stride, keys.pointer,
      scores.pointer, scores.stride)
  }

  /// y = p · values (+ y), where rows of `values` are contiguous and padded to multiples of 16.
  package static func blockRows(
    _ p: Matrix, _ values: Matrix, first: Int, into y: Matrix, accumulate: Bool
  ) {
    precondition(p.rows == y.rows && p.columns <= values.rows && first >= 0)
    checkPadded(values, y.columns)
    unsafe codeclm_block_rows(
      p.rows, p.columns, y.columns, first, p.pointer, p.stride, values.pointer,
      accumulate ? 1 : 0, y.pointer, y.stride)
  }

  /// y += pᵀ · values, with `values` as above, one row for each of p's.
  package static func blockColumns(
    _ p: Matrix, _ values: Matrix, first: Int, addingTo y: Matrix
  ) {
    precondition(p.columns == y.rows && p.rows <= values.rows && first >= 0)
    checkPadded(values, y.columns)
    unsafe codeclm_block_columns(
      p.columns, p.rows, y.columns, first, p.pointer, p.stride, values.pointer, y.pointer,
      y.stride)
  }

  private static func checkPadded(_ values: Matrix, _ columns: Int) {
    precondition(values.isContiguous && values.columns == BufferLayout.aligned(columns))
  }

  /// One block of keys of a softmax that goes on over several.
  ///
  /// Row r of x has first + r + 1 valid columns: there x ← exp(scale · (x − maximum)), elsewhere 0.
  /// `statistics` holds each row's maximum and Σ exp, carried over and rows of `y` rescaled to the new
  /// maximum when `y` is given, begun anew otherwise.
  package static func causalExp(
    _ x: Matrix, first: Int, scale: Float, statistics: Matrix, continuing y: Matrix?
  ) {
    precondition(first >= 0 && statistics.rows == x.rows && statistics.columns == 2)
    precondition(statistics.isContiguous && (y.map { $0.rows == x.rows } ?? true))
    unsafe codeclm_causal_exp(
      x.rows, x.columns, first, x.stride, scale, x.pointer, statistics.pointer, y?.columns ?? 0,
      y?.stride ?? 0, y?.pointer)
  }

  /// y ← y / Σ exp and lse = scale · maximum + log Σ exp.
  package static func finishSoftmax(_ y: Matrix, scale: Float, statistics: Matrix, lse: Matrix) {
    precondition(statistics.rows == y.rows && statistics.columns == 2 && lse.rows == y.rows)
    precondition(statistics.isContiguous && lse.columns == 1)
    unsafe codeclm_finish_softmax(
      y.rows, y.columns, y.stride, scale, statistics.pointer, y.pointer, lse.pointer, lse.stride)
  }

  /// scores → probabilities and dprobabilities → dscores, in place.
  package static func causalSoftmaxBackward(
    scores: Matrix, dprobabilities: Matrix, first: Int, scale: Float, lse: Matrix, delta: Matrix
  ) {
    precondition(scores.rows == dprobabilities.rows && scores.columns == dprobabilities.columns)
    precondition(scores.stride == dprobabilities.stride && lse.stride == delta.stride)
    precondition(lse.rows == scores.rows && delta.rows == scores.rows && first >= 0)
    unsafe codeclm_causal_softmax_backward(
      scores.rows, scores.columns, first, scores.stride, scale, scores.pointer,
      dprobabilities.pointer, lse.pointer, delta.pointer, lse.stride)
  }
}
