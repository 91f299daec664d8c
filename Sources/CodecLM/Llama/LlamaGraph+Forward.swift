extension LlamaGraph {
  /// Residual stream → logits → losses.
  ///
  /// Logits stay, unless a backward pass needs their exponentials.
  func forward(keepingExponentials: Bool) {
    let layers = arena.layers
    enter()
    for index in layers.indices {
      attend(index)
      if index + 1 < layers.count {
        finishLayer(index, into: layers[index + 1].input, then: index + 1)
      } else {
        finishLayer(index, into: arena.output, then: nil)
      }
    }
    score(keepingExponentials: keepingExponentials)
  }

  /// Embedding and the first layer's queries, keys and values.
  private func enter() {
    let (tokens, table) = (inputs.tokens, model.parameters.tensors.embedding)
    let first = arena.layers[0].input
    let project = projection(0)
    forEachChunk { rows, _, worker in
      Kernels.gather(table, tokens, rows, into: first.rows(rows))
      project(rows, worker)
    }
  }

  /// qkv = rotate(norm(input) Wᵀ) of a layer, for a chunk of rows.
  private func projection(_ index: Int) -> @Sendable (Range<Int>, Int) -> Void {
    let (layer, weights) = (arena.layers[index], model.parameters.tensors.layers[index])
    let (workers, rotary, positions) = (arena.workers, rotary, inputs.positions)
    let epsilon = model.configuration.rmsNormEpsilon
    let rotated = attention.heads + attention.keyValueHeads
    return { rows, worker in
      let normed = workers[worker].normed.rows(0..<rows.count)
      let qkv = layer.remade.qkv.rows(rows)
      Kernels.rmsNorm(
        layer.input.rows(rows), weight: weights.attentionNorm, epsilon: epsilon, into: normed,
        rstd: layer.remade.attentionRstd.rows(rows))
      Linear.forward(normed, weight: weights.queryKeyValue, into: qkv)
      rotary.forward(qkv, heads: rotated, positions: positions, rows)
    }
  }

  private func attend(_ index: Int) {
    let (layer, workers, attention) = (arena.layers[index], arena.workers, attention)
    let tasks = attentionTasks(clearing: layer.attention) { rows, head, worker in
      attention.forward(
        keyValueHead: head, qkv: layer.remade.qkv.rows(rows), scratch: workers[worker].attention,
        into: layer.attention.rows(rows), lse: layer.lse.rows(rows))
    }
    pool.forEach(tasks.count, tasks.run)
  }

  /// middle = input + attention Wᵀ; output = middle + swiglu(norm(middle) Wᵀ) Wᵀ; then the next
  /// layer's projection, while the rows are in cache.
  private func finishLayer(_ index: Int, into output: Matrix, then next: Int?) {
    let (layer, weights) = (arena.layers[index], model.parameters.tensors.layers[index])
    let workers = arena.workers
    let project = next.map { projection($0) }
    let expand = expansion(index)
    forEachChunk { rows, _, worker in
      expand(rows, worker)
      let product = workers[worker].product.rows(0..<rows.count)
      Kernels.swiGLU(layer.remade.gateUp.rows(rows), into: product)
      output.rows(rows).copy(from: layer.remade.middle.rows(rows))
      Linear.forward(product, weight: weights.down, into: output.rows(rows), accumulate: true)
      project?(rows, worker)
    }
  }

  /// middle = input + attention Wᵀ and gateUp = norm(middle) Wᵀ of a layer, for a chunk of rows.
  private func expansion(_ index: Int) -> @Sendable (Range<Int>, Int) -> Void {
    let (layer, weights) = (arena.layers[index], model.parameters.tensors.layers[index])
    let (workers, epsilon) = (arena.workers, model.configuration.rmsNormEpsilon)
    return { rows, worker in
      let middle = layer.remade.middle.rows(rows)
      middle.copy(from: layer.input.rows(rows))
      Linear.forward(
        layer.attention.rows(rows), weight: weights.attentionOutput, into: middle,
        accumulate: true)
      let normed = workers[worker].normed.rows(0..<rows.count)
      Kernels.rmsNorm(
        middle, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed,
        rstd: layer.remade.feedForwardRstd.rows(rows))
      Linear.forward(normed, weight: weights.gateUp, into: layer.remade.gateUp.rows(rows))
    }
  }

  /// What a layer's backward pass needs beside what is kept, for a chunk of rows.
  func recomputation(_ index: Int) -> @Sendable (Range<Int>, Int) -> Void {
    let (project, expand) = (projection(index), expansion(index))
    return { rows, worker in
      project(rows, worker)
      expand(rows, worker)
    }
  }

  private func score(keepingExponentials: Bool) {
    let (arena, parameters, targets) = (arena, model.parameters.tensors, inputs.targets)
    let epsilon = model.configuration.rmsNormEpsilon
    forEachChunk { rows, _, _ in
      let (normed, logits) = (arena.outputNormed.rows(rows), arena.logits.rows(rows))
      Kernels.rmsNorm(
        arena.output.rows(rows), weight: parameters.norm, epsilon: epsilon, into: normed,
        rstd: arena.outputRstd.rows(rows))
      Linear.forward(normed, weight: parameters.head, into: logits)
      Kernels.crossEntropy(
        logits, targets: targets, rows,
        exponentialSums: keepingExponentials ? arena.exponentialSums.rows(rows) : nil,
        losses: arena.losses.rows(rows))
    }
  }
}
