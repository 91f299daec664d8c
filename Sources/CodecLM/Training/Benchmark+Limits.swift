extension Benchmark {
  private struct Layer: Sendable {
    let x, dx, y, weight, dweight: Matrix

    init(rows: Int, outputs: Int, inputs: Int) throws {
      x = try Matrix(rows: rows, columns: inputs)
      dx = try Matrix(rows: rows, columns: inputs)
      y = try Matrix(rows: rows, columns: outputs)
      weight = try Matrix(rows: outputs, columns: inputs)
      dweight = try Matrix(rows: outputs, columns: inputs)
      for matrix in [x, y, weight] { matrix.fill(0.01) }
    }
  }

  /// Operations a second of OpenBLAS on the matrix products of a step alone, those of one block and
  /// the head without attention's, cut as training cuts them: the ceiling of ``training()`` with
  /// these products.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package func stepProductRate() throws -> Double {
    let shape = model.configuration
    let (width, inner, rows) = (shape.hiddenSize, shape.intermediateSize, batch * context)
    let layers = try [
      Layer(rows: rows, outputs: shape.queryWidth + 2 * shape.keyValueWidth, inputs: width),
      Layer(rows: rows, outputs: width, inputs: shape.queryWidth),
      Layer(rows: rows, outputs: 2 * inner, inputs: width),
      Layer(rows: rows, outputs: width, inputs: inner),
      Layer(rows: rows, outputs: shape.vocabulary, inputs: width),
    ]
    let chunks = Self.blocks(of: rows, LlamaGraph.chunk)
    let outputs = layers.flatMap { layer in
      Self.blocks(of: layer.y.columns, LlamaGraph.weightBlock).map { (layer, $0) }
    }
    let seconds = MachineLimits.best {
      pool.forEach(chunks.count) { index, _ in
        let rows = chunks[index]
        for layer in layers {
          Linear.forward(layer.x.rows(rows), weight: layer.weight, into: layer.y.rows(rows))
          Linear.backwardInput(layer.y.rows(rows), weight: layer.weight, into: layer.dx.rows(rows))
        }
      }
      pool.forEach(outputs.count) { index, _ in
        let (layer, block) = outputs[index]
        Linear.backwardWeight(layer.y, layer.x, outputs: block, addingTo: layer.dweight)
      }
    }
    let weights = layers.reduce(0) { $0 + $1.y.columns * $1.x.columns }
    return 6 * Double(rows * weights) / seconds
  }

  private static func blocks(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
