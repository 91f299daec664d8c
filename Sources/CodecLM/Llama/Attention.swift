/// Causal attention inside one segment, for one key/value head and the query heads that share it.
///
/// With queries q, keys k, values v [T, D]: p = softmax(q kᵀ / √D) over the positions up to each
/// query's own, y = p v. Queries go through in blocks against the keys up to the block's end, so
/// that no T × T matrix ever exists; the backward pass recomputes p from the saved log Σ exp.
package struct Attention: Sendable {
  let heads: Int
  let keyValueHeads: Int
  let dimension: Int
  /// Queries in a block.
  package static let block = 64

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

  /// - Parameters:
  ///   - qkv: [T, (heads + 2 × keyValueHeads) × D], queries and keys rotated.
  ///   - scores: scratch, [block, at least T].
  ///   - y: [T, heads × D]; this group's columns are written.
  ///   - lse: [T, heads]; this group's columns are written.
  package func forward(keyValueHead: Int, qkv: Matrix, scores: Matrix, into y: Matrix, lse: Matrix)
  {
    let (keys, values) = (key(qkv, keyValueHead), value(qkv, keyValueHead))
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      for start in stride(from: 0, to: qkv.rows, by: Self.block) {
        let end = min(start + Self.block, qkv.rows)
        let rows = start..<end
        let p = scores.rows(0..<rows.count).columns(0..<end)
        let queries = query(qkv, head).rows(rows)
        BLAS.multiply(queries, keys.rows(0..<end), transposing: .second, into: p)
        Kernels.causalSoftmax(
          p, first: start, scale: scale, lse: lse.rows(rows).columns(head..<head + 1))
        BLAS.multiply(p, values.rows(0..<end), into: query(y, head).rows(rows))
      }
    }
  }

  /// - Parameters:
  ///   - dy: [T, heads × D].
  ///   - delta: [T, heads], ⟨y, dy⟩ of each head.
  ///   - scores, dscores: scratch, [block, at least T] each.
  ///   - dqkv: like qkv; this group's columns are overwritten.
  package func backward(
    keyValueHead: Int, qkv: Matrix, lse: Matrix, dy: Matrix, delta: Matrix, scores: Matrix,
    dscores: Matrix, into dqkv: Matrix
  ) {
    let (keys, values) = (key(qkv, keyValueHead), value(qkv, keyValueHead))
    let (dkeys, dvalues) = (key(dqkv, keyValueHead), value(dqkv, keyValueHead))
    dkeys.fill(0)
    dvalues.fill(0)
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      for start in stride(from: 0, to: qkv.rows, by: Self.block) {
        let end = min(start + Self.block, qkv.rows)
        let rows = start..<end
        let queries = query(qkv, head).rows(rows)
        let doutput = query(dy, head).rows(rows)
        let p = scores.rows(0..<rows.count).columns(0..<end)
        let ds = dscores.rows(0..<rows.count).columns(0..<end)
        let column = head..<head + 1
        BLAS.multiply(queries, keys.rows(0..<end), transposing: .second, into: p)
        BLAS.multiply(doutput, values.rows(0..<end), transposing: .second, into: ds)
        Kernels.causalSoftmaxBackward(
          scores: p, dprobabilities: ds, first: start, scale: scale,
          lse: lse.rows(rows).columns(column), delta: delta.rows(rows).columns(column))
        // y = p v
        BLAS.multiply(
          p, doutput, transposing: .first, into: dvalues.rows(0..<end), accumulate: true)
        // s = q kᵀ, its factor 1 / √D is in ds already
        BLAS.multiply(ds, keys.rows(0..<end), into: query(dqkv, head).rows(rows))
        BLAS.multiply(
          ds, queries, transposing: .first, into: dkeys.rows(0..<end), accumulate: true)
      }
    }
  }
}
