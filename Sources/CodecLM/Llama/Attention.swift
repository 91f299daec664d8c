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
    // [queries, 2], maximum and Σ exp
    let statistics: Matrix

    package init(scores: Matrix, dscores: Matrix, statistics: Matrix) {
      (self.scores, self.dscores, self.statistics) = (scores, dscores, statistics)
    }
  }

  let heads: Int
  let keyValueHeads: Int
  let dimension: Int
  /// Queries in a block.
  package static let queryBlock = 64
  /// Keys in a block, a multiple of the queries in one.
  package static let keyBlock = 512

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

  /// - Parameters:
  ///   - qkv: [T, (heads + 2 × keyValueHeads) × D], queries and keys rotated.
  ///   - y: [T, heads × D]; this group's columns are written.
  ///   - lse: [T, heads]; this group's columns are written.
  package func forward(
    keyValueHead: Int, qkv: Matrix, scratch: Scratch, into y: Matrix, lse: Matrix
  ) {
    let (keys, values) = (key(qkv, keyValueHead), value(qkv, keyValueHead))
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      for rows in blocks(0..<qkv.rows, of: Self.queryBlock) {
        let (queries, output) = (query(qkv, head).rows(rows), query(y, head).rows(rows))
        let statistics = scratch.statistics.rows(0..<rows.count)
        for past in blocks(0..<rows.upperBound, of: Self.keyBlock) {
          let p = scratch.scores.rows(0..<rows.count).columns(0..<past.count)
          BLAS.multiply(queries, keys.rows(past), transposing: .second, into: p)
          Kernels.causalExp(
            p, first: rows.lowerBound - past.lowerBound, scale: scale, statistics: statistics,
            continuing: past.lowerBound > 0 ? output : nil)
          BLAS.multiply(p, values.rows(past), into: output, accumulate: past.lowerBound > 0)
        }
        Kernels.finishSoftmax(
          output, scale: scale, statistics: statistics,
          lse: lse.rows(rows).columns(head..<head + 1))
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
    let (keys, values) = (key(qkv, keyValueHead), value(qkv, keyValueHead))
    let (dkeys, dvalues) = (key(dqkv, keyValueHead), value(dqkv, keyValueHead))
    dkeys.fill(0)
    dvalues.fill(0)
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      for past in blocks(0..<qkv.rows, of: Self.keyBlock) {
        for rows in blocks(past.lowerBound..<qkv.rows, of: Self.queryBlock) {
          let past = past.lowerBound..<min(past.upperBound, rows.upperBound)
          let (queries, doutput) = (query(qkv, head).rows(rows), query(dy, head).rows(rows))
          let p = scratch.scores.rows(0..<rows.count).columns(0..<past.count)
          let ds = scratch.dscores.rows(0..<rows.count).columns(0..<past.count)
          let column = head..<head + 1
          BLAS.multiply(queries, keys.rows(past), transposing: .second, into: p)
          BLAS.multiply(doutput, values.rows(past), transposing: .second, into: ds)
          Kernels.causalSoftmaxBackward(
            scores: p, dprobabilities: ds, first: rows.lowerBound - past.lowerBound, scale: scale,
            lse: lse.rows(rows).columns(column), delta: delta.rows(rows).columns(column))
          // y = p v
          BLAS.multiply(
            p, doutput, transposing: .first, into: dvalues.rows(past), accumulate: true)
          // s = q kᵀ, its factor 1 / √D is in ds already
          BLAS.multiply(
            ds, keys.rows(past), into: query(dqkv, head).rows(rows),
            accumulate: past.lowerBound > 0)
          BLAS.multiply(
            ds, queries, transposing: .first, into: dkeys.rows(past), accumulate: true)
        }
      }
    }
  }
}
