extension LlamaGraph {
  /// One block of rows of a weight's gradient: dW[outputs] += dy[:, outputs]ᵀ x.
  private struct WeightBlock: Sendable {
    let dy: Matrix
    let x: Matrix
    let dweight: Matrix
    let outputs: Range<Int>
  }

  /// Outputs of a weight's block.
  static let weightBlock = 256
  /// Columns of the embedding's gradient in one task.
  private static let embeddingBlock = 64

  /// Adds the gradients of the weighted losses that ``forward(keepingExponentials:)`` has made.
  ///
  /// Each layer takes two loops: over chunks of rows, what flows along the residual stream; then,
  /// independent of each other, attention's heads and the weights' blocks.
  func propagate(_ lossWeights: [Float], into gradients: LlamaParameters) {
    let last = arena.layers.count - 1
    var blocks = weightBlocks(arena.logits, arena.outputNormed, gradients.tensors.head)
    leaveHead(lossWeights, then: last, gradients)
    for index in stride(from: last, through: 0, by: -1) {
      let (layer, weights) = (arena.layers[index], gradients.tensors.layers[index])
      reduce(arena.feedForwardNormShares, into: weights.feedForwardNorm)
      blocks += weightBlocks(arena.dgateUp, arena.feedForwardNormed, weights.gateUp)
      blocks += weightBlocks(arena.dresidual, arena.product, weights.down)
      blocks += weightBlocks(arena.dmiddle, layer.attention, weights.attentionOutput)
      attendBackward(index, beside: blocks)
      leaveLayer(index, then: index > 0 ? index - 1 : nil)
      reduce(arena.attentionNormShares, into: weights.attentionNorm)
      blocks = weightBlocks(dqkv(index), arena.attentionNormed, weights.queryKeyValue)
    }
    leaveEmbedding(beside: blocks, gradients.tensors.embedding)
  }

  private func dqkv(_ index: Int) -> Matrix { arena.dqkv[index % 2] }

  private func weightBlocks(_ dy: Matrix, _ x: Matrix, _ dweight: Matrix) -> [WeightBlock] {
    let rows = 0..<inputs.count
    return stride(from: 0, to: dweight.rows, by: Self.weightBlock).map { start in
      WeightBlock(
        dy: dy.rows(rows), x: x.rows(rows), dweight: dweight,
        outputs: start..<min(start + Self.weightBlock, dweight.rows))
    }
  }

  /// From the losses to the residual stream's end, and on through the last layer's feed-forward part.
  private func leaveHead(
    _ lossWeights: [Float], then last: Int, _ gradients: LlamaParameters
  ) {
    let (arena, parameters, targets) = (arena, model.parameters.tensors, inputs.targets)
    let feedForward = feedForwardBackward(last)
    forEachChunk { rows, chunk, worker in
      let dnormed = arena.workers[worker].normed.rows(0..<rows.count)
      let dresidual = arena.dresidual.rows(rows)
      let share = arena.attentionNormShares.rows(chunk..<chunk + 1)
      let logits = arena.logits.rows(rows)
      Kernels.crossEntropyBackward(
        logits, targets: targets, weights: lossWeights, rows,
        exponentialSums: arena.exponentialSums.rows(rows))
      Linear.backwardInput(logits, weight: parameters.head, into: dnormed)
      dresidual.fill(0)
      share.fill(0)
      Kernels.rmsNormBackward(
        arena.output.rows(rows), weight: parameters.norm, rstd: arena.outputRstd.rows(rows),
        dy: dnormed, addingTo: dresidual, dweight: share,
        recomputing: arena.outputNormed.rows(rows))
      feedForward(rows, chunk, worker)
    }
    reduce(arena.attentionNormShares, into: gradients.tensors.norm)
  }

  /// From d(output) in `dresidual`: gateUp's and middle's gradients, and attention's.
  private func feedForwardBackward(
    _ index: Int
  ) -> @Sendable (_ rows: Range<Int>, _ chunk: Int, _ worker: Int) -> Void {
    let (arena, weights) = (arena, model.parameters.tensors.layers[index])
    let layer = arena.layers[index]
    return { rows, chunk, worker in
      let scratch = arena.workers[worker]
      let dnormed = scratch.normed.rows(0..<rows.count)
      let dproduct = scratch.product.rows(0..<rows.count)
      let (dmiddle, dgateUp) = (arena.dmiddle.rows(rows), arena.dgateUp.rows(rows))
      let dresidual = arena.dresidual.rows(rows)
      let share = arena.feedForwardNormShares.rows(chunk..<chunk + 1)

      // output = middle + product Wᵀ
      Linear.backwardInput(dresidual, weight: weights.down, into: dproduct)
      // product = swiglu(gateUp)
      Kernels.swiGLUBackward(
        layer.remade.gateUp.rows(rows), dy: dproduct, dgateUp: dgateUp,
        recomputing: arena.product.rows(rows))
      // gateUp = norm(middle) Wᵀ
      Linear.backwardInput(dgateUp, weight: weights.gateUp, into: dnormed)
      dmiddle.copy(from: dresidual)
      share.fill(0)
      Kernels.rmsNormBackward(
        layer.remade.middle.rows(rows), weight: weights.feedForwardNorm,
        rstd: layer.remade.feedForwardRstd.rows(rows), dy: dnormed, addingTo: dmiddle,
        dweight: share,
        recomputing: arena.feedForwardNormed.rows(rows))
      // middle = input + attention Wᵀ
      let dattention = arena.dattention.rows(rows)
      Linear.backwardInput(dmiddle, weight: weights.attentionOutput, into: dattention)
      Kernels.headDots(layer.attention.rows(rows), dattention, into: arena.delta.rows(rows))
    }
  }

  private func attendBackward(_ index: Int, beside blocks: [WeightBlock]) {
    let (arena, attention, dqkv) = (arena, attention, dqkv(index))
    let layer = arena.layers[index]
    let tasks = attentionTasks(clearing: dqkv) { rows, head, worker in
      attention.backward(
        keyValueHead: head, qkv: layer.remade.qkv.rows(rows), lse: layer.lse.rows(rows),
        dy: arena.dattention.rows(rows), delta: arena.delta.rows(rows),
        scratch: arena.workers[worker].attention, into: dqkv.rows(rows))
    }
    run(blocks, then: tasks.count, tasks.run)
  }

  /// From qkv's gradient to that of the layer's input, and on through the layer before.
  private func leaveLayer(_ index: Int, then previous: Int?) {
    let (arena, weights, dqkv) = (arena, model.parameters.tensors.layers[index], dqkv(index))
    let layer = arena.layers[index]
    let (rotary, positions) = (rotary, inputs.positions)
    let rotated = attention.heads + attention.keyValueHeads
    let recompute = recomputes ? previous.map { recomputation($0) } : nil
    let feedForward = previous.map { feedForwardBackward($0) }
    forEachChunk { rows, chunk, worker in
      let dnormed = arena.workers[worker].normed.rows(0..<rows.count)
      let dresidual = arena.dresidual.rows(rows)
      let share = arena.attentionNormShares.rows(chunk..<chunk + 1)
      // qkv = rotate(norm(input) Wᵀ)
      rotary.backward(dqkv.rows(rows), heads: rotated, positions: positions, rows)
      Linear.backwardInput(dqkv.rows(rows), weight: weights.queryKeyValue, into: dnormed)
      dresidual.copy(from: arena.dmiddle.rows(rows))
      share.fill(0)
      Kernels.rmsNormBackward(
        layer.input.rows(rows), weight: weights.attentionNorm,
        rstd: layer.remade.attentionRstd.rows(rows), dy: dnormed, addingTo: dresidual,
        dweight: share,
        recomputing: arena.attentionNormed.rows(rows))
      recompute?(rows, worker)
      feedForward?(rows, chunk, worker)
    }
  }

  private func leaveEmbedding(beside blocks: [WeightBlock], _ dembedding: Matrix) {
    let tokens = inputs.tokens
    let dresidual = arena.dresidual.rows(0..<tokens.count)
    let (block, width) = (Self.embeddingBlock, dembedding.columns)
    run(blocks, then: (width + block - 1) / block) { task, _ in
      Kernels.scatterAdd(
        dresidual, tokens, columns: task * block..<min((task + 1) * block, width),
        into: dembedding)
    }
  }

  private func run(
    _ blocks: [WeightBlock], then count: Int, _ body: @Sendable (Int, Int) -> Void
  ) {
    pool.forEach(blocks.count + count) { task, worker in
      if task < blocks.count {
        let block = blocks[task]
        Linear.backwardWeight(
          block.dy, block.x, outputs: block.outputs, addingTo: block.dweight)
      } else {
        body(task - blocks.count, worker)
      }
    }
  }

  /// A norm's gradient is the sum of the chunks' shares, in their order.
  private func reduce(_ shares: Matrix, into gradient: Matrix) {
    let chunks = (inputs.count + Self.chunk - 1) / Self.chunk
    for chunk in 0..<chunks { Kernels.add(shares.rows(chunk..<chunk + 1), to: gradient) }
  }
}
