import CodecLM
import TestSupport
import Testing

@Suite struct LlamaGraphTests {
  private static let shape = LlamaConfiguration(
    vocabulary: 23, hiddenSize: 20, intermediateSize: 36, layers: 2, heads: 4, keyValueHeads: 2,
    headDimension: 6, contextLength: 96)

  /// Several chunks of rows, with padding between and after the segments.
  private static let segments = [0..<90, 90..<99, 103..<190, 190..<260]
  private static let count = 270

  private struct Batch {
    var tokens: [Int32]
    var targets: [Int32]

    var inputs: LlamaInputs { LlamaInputs(tokens: tokens, targets: targets, segments: segments) }

    init() {
      var random = RandomStream(seed: 5)
      tokens = (0..<count).map { _ in Int32(random.nextWord() % 23) }
      targets = (0..<count).map { _ in Int32(random.nextWord() % 23) }
      let inside = Set(segments.joined())
      for position in 0..<count where !inside.contains(position) { targets[position] = -1 }
    }
  }

  private func gradients(
    _ batch: Batch, threads: Int, capacity: Int = count, recomputing: Bool = false
  ) throws -> (loss: Double, elements: [Float]) {
    let model = try Llama(Self.shape, seed: 1)
    let graph = try LlamaGraph(
      model, capacity: capacity, recomputing: recomputing, pool: WorkerPool(threads: threads))
    let gradients = LlamaParameters(
      model.layout, try FloatBuffer(count: model.layout.buffer.count))
    let loss = graph.accumulateGradients(of: batch.inputs, scale: 0.01, into: gradients)
    let all = Matrix(gradients.buffer, rows: 1, columns: gradients.buffer.count)
    return (loss, all.elements)
  }

  @Test(arguments: [2, 3])
  func `gradients do not depend on threads, to the last bit`(threads: Int) throws {
    let (one, many) = (
      try gradients(Batch(), threads: 1), try gradients(Batch(), threads: threads)
    )
    #expect(one.loss == many.loss)
    #expect(one.elements == many.elements)
  }

  @Test func `gradients do not depend on the capacity`() throws {
    let exact = try gradients(Batch(), threads: 2)
    let roomy = try gradients(Batch(), threads: 2, capacity: 400)
    #expect(exact.loss == roomy.loss)
    #expect(exact.elements == roomy.elements)
  }

  @Test func `recomputing changes memory, and no bit of loss and gradients`() throws {
    let kept = try gradients(Batch(), threads: 2)
    let made = try gradients(Batch(), threads: 2, recomputing: true)
    #expect(kept.loss == made.loss)
    #expect(kept.elements == made.elements)

    let model = try Llama(Self.shape, seed: 1)
    func bytes(_ recomputing: Bool) throws -> Int {
      try LlamaGraph(model, capacity: Self.count, recomputing: recomputing).arenaBytes
    }
    // One layer's rstds, queries, keys, values, middle, gates and ups are saved.
    let position = 1 + 48 + 20 + 1 + 72
    #expect(try bytes(false) - bytes(true) >= 4 * Self.count * position)
  }

  @Test func `padding counts for nothing`() throws {
    var batch = Batch()
    let before = try gradients(batch, threads: 2)
    for position in [99, 100, 101, 102, 260, 269] {
      batch.tokens[position] = (batch.tokens[position] + 1) % 23
    }
    let after = try gradients(batch, threads: 2)
    #expect(before.loss == after.loss)
    #expect(before.elements == after.elements)
  }

  @Test func `a segment's losses are those it has alone`() throws {
    let batch = Batch()
    let model = try Llama(Self.shape, seed: 1)
    let graph = try LlamaGraph(model, capacity: Self.count)
    let together = graph.losses(of: batch.inputs)
    for segment in Self.segments {
      let alone = graph.losses(
        of: LlamaInputs(
          tokens: Array(batch.tokens[segment]), targets: Array(batch.targets[segment]),
          segments: [0..<segment.count]))
      for (first, second) in zip(together[segment], alone) { #expect(abs(first - second) < 1e-5) }
    }
  }

  @Test func `four streams decode as each does alone, to the last bit`() throws {
    let model = try Llama(Self.shape, seed: 1)
    func logits(_ streams: [[Int32]], threads: Int) throws -> [[Float]] {
      var decoder = try LlamaDecoder(
        model, slots: streams.count, pool: WorkerPool(threads: threads))
      var result = streams.map { _ in [Float]() }
      for position in streams[0].indices {
        let rows = try decoder.advance(
          streams.enumerated().map { .init(slot: $0.offset, token: $0.element[position]) })
        for slot in streams.indices { result[slot] += rows.rows(slot..<slot + 1).elements }
      }
      return result
    }
    let streams: [[Int32]] = [[1, 2, 3], [7, 22, 0], [1, 2, 4], [9, 9, 9]]
    let together = try logits(streams, threads: 2)
    for (index, stream) in streams.enumerated() {
      #expect(try logits([stream], threads: 1)[0] == together[index])
    }
  }
}
