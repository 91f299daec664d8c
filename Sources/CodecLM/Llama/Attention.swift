/// Causal attention inside one segment, for one key/value head and the query heads that share it.
///
/// With queries q, keys k, values v [T, D]: p = softmax(q kᵀ / √D) over the positions up to each
/// query's own, y = p v. Scores exist for one block of queries and keys at a time, which stays in
/// cache; blocks beyond the diagonal are skipped. The forward pass carries each query's maximum and
/// Σ exp from one block of keys to the next (online softmax, arXiv 2205.14135); the backward pass
/// recomputes p from the saved log Σ exp.
package struct Attention: Sendable {
  /// Scratch of one worker.
  package struct Scratch: Sendable {
    // [queries, keys] of a block, twice
    let scores, dscores: Matrix
    // [query heads of a group × longest segment, 2], maximum and Σ exp
    let statistics: Matrix
    // A block's keys and values, 16 side by side
    let keyPanels, valuePanels: Matrix
    // [positions, padded D] of a block
    let keys, values, queries, doutputs: Matrix

    /// Scratch for segments of at most `longest` positions.
    package init(
      _ plan: inout BufferPlan, _ configuration: LlamaConfiguration, longest: Int
    ) {
      let keys = min(longest, keyBlock)
      let columns = Kernels.scoreColumns(keys)
      let dimension = configuration.headDimension
      let width = BufferLayout.aligned(dimension)
      let group = configuration.heads / configuration.keyValueHeads
      scores = plan.matrix(rows: queryBlock, columns: columns)
      dscores = plan.matrix(rows: queryBlock, columns: columns)
      statistics = plan.matrix(rows: group * longest, columns: 2)
      keyPanels = plan.matrix(rows: columns, columns: dimension)
      valuePanels = plan.matrix(rows: columns, columns: dimension)
      self.keys = plan.matrix(rows: keys, columns: width)
      values = plan.matrix(rows: keys, columns: width)
      queries = plan.matrix(rows: queryBlock, columns: width)
      doutputs = plan.matrix(rows: queryBlock, columns: width)
    }
  }

  let heads: Int
  let keyValueHeads: Int
  let dimension: Int
  /// Queries in a block.
  package static let queryBlock = 96
  /// Keys in a block, a multiple of the queries in one.
  package static let keyBlock = 384

  package init(_ configuration: LlamaConfiguration) {
    heads = configuration.heads
    keyValueHeads = configuration.keyValueHeads
    dimension = configuration.headDimension
  }

  private var scale: Float { 1 / Float(dimension).squareRoot() }
  private var group: Int { heads / keyValueHeads }

  private func query(_ matrix: Matrix, _ head: Int) -> Matrix {
    matrix.columns(head * dimension..<(head + 1) * dimension)
  }

  private func key(_ matrix: Matrix, _ head: Int) -> Matrix { query(matrix, heads + head) }

  private func value(_ matrix: Matrix, _ head: Int) -> Matrix {
    query(matrix, heads + keyValueHeads + head)
  }

  /// `range` in blocks of `size`.
  private func blocks(_ range: Range<Int>, of size: Int) -> some Sequence<Range<Int>> {
    stride(from: range.lowerBound, to: range.upperBound, by: size).lazy.map {
      $0..<min($0 + size, range.upperBound)
    }
  }

  /// Copies rows into rows that are padded to a multiple of 16 floats.
  private func gather(_ x: Matrix, into rows: Matrix) -> Matrix {
    let rows = rows.rows(0..<x.rows)
    rows.columns(0..<dimension).copy(from: x)
    return rows
  }

  /// - Parameters:
  ///   - qkv: [T, (heads + 2 × keyValueHeads) × D], queries and keys rotated.
  ///   - y: [T, heads × D]; this group's columns are written.
  ///   - lse: [T, heads]; this group's columns are written.
  package func forward(
    keyValueHead: Int, qkv: Matrix, scratch: Scratch, into y: Matrix, lse: Matrix
  ) {
    let (keys, values) = (key(qkv, keyValueHead), value(qkv, keyValueHead))
    for block in blocks(0..<qkv.rows, of: Self.keyBlock) {
      Kernels.packKeys(keys.rows(block), into: scratch.keyPanels)
      let past = gather(values.rows(block), into: scratch.values)
      for place in 0..<group {
        let head = keyValueHead * group + place
        for rows in blocks(block.lowerBound..<qkv.rows, of: Self.queryBlock) {
          let (first, visible) = (
            rows.lowerBound - block.lowerBound,
            min(block.upperBound, rows.upperBound) - block.lowerBound
          )
          let output = query(y, head).rows(rows)
          let p = scratch.scores.rows(0..<rows.count).columns(0..<visible)
          let start = place * qkv.rows
          let statistics = scratch.statistics.rows(
            start + rows.lowerBound..<start + rows.upperBound)
          let isFirst = block.lowerBound == 0
          Kernels.blockScores(
            query(qkv, head).rows(rows), keys: scratch.keyPanels, count: visible, first: first,
            into: p)
          Kernels.causalExp(
            p, first: first, scale: scale, statistics: statistics,
            continuing: isFirst ? nil : output)
          Kernels.blockRows(p, past, first: first, into: output, accumulate: !isFirst)
          if rows.upperBound <= block.upperBound {
            Kernels.finishSoftmax(
              output, scale: scale, statistics: statistics,
              lse: lse.rows(rows).columns(head..<head + 1))
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - dy: [T, heads × D].
  ///   - delta: [T, heads], ⟨y, dy⟩ of each head.
  ///   - dqkv: like qkv; this group's columns are overwritten.
  package func backward(
    keyValueHead: Int, qkv: Matrix, lse: Matrix, dy: Matrix, delta: Matrix, scratch: Scratch,
    into dqkv: Matrix
  ) {
    let (dkeys, dvalues) = (key(dqkv, keyValueHead), value(dqkv, keyValueHead))
    dkeys.fill(0)
    dvalues.fill(0)
    for block in blocks(0..<qkv.rows, of: Self.keyBlock) {
      let keys = key(qkv, keyValueHead).rows(block)
      Kernels.packKeys(keys, into: scratch.keyPanels)
      Kernels.packKeys(value(qkv, keyValueHead).rows(block), into: scratch.valuePanels)
      let past = gather(keys, into: scratch.keys)
      for head in keyValueHead * group..<(keyValueHead + 1) * group {
        for rows in blocks(block.lowerBound..<qkv.rows, of: Self.queryBlock) {
          let (first, visible) = (
            rows.lowerBound - block.lowerBound,
            min(block.upperBound, rows.upperBound) - block.lowerBound
          )
          let queries = gather(query(qkv, head).rows(rows), into: scratch.queries)
          let doutputs = gather(query(dy, head).rows(rows), into: scratch.doutputs)
          let p = scratch.scores.rows(0..<rows.count).columns(0..<visible)
          let ds = scratch.dscores.rows(0..<rows.count).columns(0..<visible)
          let column = head..<head + 1
          let seen = block.lowerBound..<block.lowerBound + visible
          Kernels.blockScores(
            queries.columns(0..<dimension), keys: scratch.keyPanels, count: visible, first: first,
            into: p)
          Kernels.blockScores(
            doutputs.columns(0..<dimension), keys: scratch.valuePanels, count: visible,
            first: first, into: ds)
          Kernels.causalSoftmaxBackward(
            scores: p, dprobabilities: ds, first: first, scale: scale,
            lse: lse.rows(rows).columns(column), delta: delta.rows(rows).columns(column))
          // y = p v
          Kernels.blockColumns(p, doutputs, first: first, addingTo: dvalues.rows(seen))
          // s = q kᵀ, its factor 1 / √D is in ds already
          Kernels.blockRows(
            ds, past, first: first, into: query(dqkv, head).rows(rows),
            accumulate: block.lowerBound > 0)
          Kernels.blockColumns(ds, queries, first: first, addingTo: dkeys.rows(seen))
        }
      }
    }
  }
}
