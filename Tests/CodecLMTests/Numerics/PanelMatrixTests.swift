import CodecLM
import TestSupport
import Testing

/// Products with packed weights against a plain loop in Double over the weights as each format
/// rounds them.
@Suite struct PanelMatrixTests {
  private struct Product {
    let format: WeightFormat
    let outputs: Int
    let inputs: Int
    let weights: Matrix
    let packed: PanelMatrix

    init(_ format: WeightFormat, outputs: Int, inputs: Int) throws {
      let words = PanelMatrix.words(format, outputs: outputs, inputs: inputs)
      self.format = format
      self.outputs = outputs
      self.inputs = inputs
      weights = try .of(
        normals(outputs * inputs, seed: 1, deviation: 0.1), rows: outputs, columns: inputs)
      packed = PanelMatrix(
        try FloatBuffer(count: words), offset: 0, format: format, outputs: outputs, inputs: inputs)
      packed.pack(weights, pool: WorkerPool(threads: 1))
    }

    func callAsFunction(
      _ x: Matrix, _ destination: PanelMatrix.Destination = .store, norm: Matrix? = nil,
      into y: Matrix
    ) throws {
      let rows = try Matrix(rows: BufferLayout.aligned(x.rows), columns: inputs)
      Kernels.packRows(x, columns: inputs, norm: norm, epsilon: 1e-3, into: rows)
      // Two calls: the first panel and the others.
      for panels in [0..<1, 1..<packed.panels] {
        packed.multiply(rows, rows: x.rows, panels: panels, into: y, destination)
      }
    }

    func result(
      _ x: Matrix, _ destination: PanelMatrix.Destination = .store, norm: Matrix? = nil
    ) throws -> Matrix {
      let y = try Matrix.unwritten(rows: x.rows, columns: packed.paddedOutputs)
      try self(x, destination, norm: norm, into: y)
      return y
    }

    func expected(_ x: Matrix, _ row: Int, _ output: Int) -> Double {
      let rounded = PanelMatrixTests.rounded(
        weights.rows(output..<output + 1).elements, as: format)
      return zip(x.rows(row..<row + 1).elements, rounded).reduce(0.0) { $0 + Double($1.0) * $1.1 }
    }
  }

  private static func rounded(_ row: [Float], as format: WeightFormat) -> [Double] {
    switch format {
    case .f32: row.map(Double.init)
    case .f16: row.map { Double(Float16($0)) }
    case .bf16:
      row.map { weight in
        let (down, rest) = (weight.bitPattern & 0xffff_0000, weight.bitPattern & 0xffff)
        let isUp = rest > 0x8000 || (rest == 0x8000 && down & 0x10000 != 0)
        return Double(Float(bitPattern: isUp ? down + 0x10000 : down))
      }
    case .q8:
      stride(from: 0, to: row.count, by: 64).flatMap { start in
        let group = row[start..<min(start + 64, row.count)]
        let scale = (group.map(abs).max() ?? 0) / 127
        return group.map { scale > 0 ? Double(($0 / scale).rounded(.toNearestOrEven) * scale) : 0 }
      }
    }
  }

  @Test(
    arguments: WeightFormat.allCases,
    [(1, 1, 1), (1, 97, 300), (3, 17, 15), (5, 64, 96), (16, 33, 64), (17, 320, 65), (64, 40, 70)])
  func `products agree with a plain loop`(
    format: WeightFormat, shape: (rows: Int, outputs: Int, inputs: Int)
  ) throws {
    let product = try Product(format, outputs: shape.outputs, inputs: shape.inputs)
    let x = try randomMatrix(shape.rows, shape.inputs + 5, seed: 2).columns(0..<shape.inputs)
    let y = try product.result(x)
    for row in 0..<shape.rows {
      for output in 0..<shape.outputs {
        #expect(abs(Double(y[row, output]) - product.expected(x, row, output)) < 1e-4)
      }
      for output in shape.outputs..<y.columns { #expect(y[row, output] == 0) }
    }
    y.fill(2)
    try product(x, .add, into: y)
    for row in 0..<shape.rows {
      let sum = product.expected(x, row, shape.outputs - 1)
      #expect(abs(Double(y[row, shape.outputs - 1]) - 2 - sum) < 1e-4)
    }
  }

  @Test(arguments: WeightFormat.allCases)
  func `a row's product has the same bits in any company`(format: WeightFormat) throws {
    let product = try Product(format, outputs: 70, inputs: 300)
    let x = try randomMatrix(40, 300, seed: 3)
    let alone = try (0..<40).flatMap { try product.result(x.rows($0..<$0 + 1)).bits }
    for count in [2, 4, 5, 8, 9, 16, 17, 40] {
      let together = try product.result(x.rows(0..<count)).bits
      #expect(together == Array(alone.prefix(count * product.packed.paddedOutputs)))
    }
  }

  @Test(arguments: [1, 7]) func `gates, ups and a norm on the way`(rows: Int) throws {
    let inner = 21
    let (gates, ups) = (
      try Product(.f32, outputs: inner, inputs: 50), try Product(.f32, outputs: inner, inputs: 50)
    )
    let outputs = PanelMatrix.panels(2 * inner) * PanelMatrix.panel
    let joined = PanelMatrix(
      try FloatBuffer(count: PanelMatrix.words(.f32, outputs: outputs, inputs: 50)), offset: 0,
      format: .f32, outputs: outputs, inputs: 50)
    let half = PanelMatrix.panel / 2
    for (part, first) in [(gates, 0), (ups, half)] {
      joined.pack(part.weights, pool: WorkerPool(threads: 2)) {
        $0 / half * 2 * half + first + $0 % half
      }
    }
    let (x, norm) = (try randomMatrix(rows, 50, seed: 4), try randomMatrix(1, 50, seed: 5))
    let (normed, rstd) = (try Matrix(rows: rows, columns: 50), try Matrix(rows: rows, columns: 1))
    Kernels.rmsNorm(x, weight: norm, epsilon: 1e-3, into: normed, rstd: rstd)
    let gateUp = try Matrix(rows: rows, columns: 2 * inner)
    gateUp.columns(0..<inner).copy(from: try gates.result(normed).columns(0..<inner))
    gateUp.columns(inner..<2 * inner).copy(from: try ups.result(normed).columns(0..<inner))
    let expected = try Matrix(rows: rows, columns: inner)
    Kernels.swiGLU(gateUp, into: expected)

    let packed = try Matrix(rows: BufferLayout.aligned(rows), columns: 50)
    Kernels.packRows(x, columns: 50, norm: norm, epsilon: 1e-3, into: packed)
    let y = try Matrix.unwritten(rows: rows, columns: outputs / 2)
    joined.multiply(packed, rows: rows, panels: 0..<joined.panels, into: y, .gate)
    for row in 0..<rows {
      for column in 0..<inner {
        #expect(abs(y[row, column] - expected[row, column]) < 1e-5)
      }
    }
  }

  @Test func `ties of bfloat16 go to even, and a zero group stays zero`() throws {
    let ties: [(weight: UInt32, expected: UInt32)] = [
      (0x3f80_8000, 0x3f80_0000), (0x3f81_8000, 0x3f82_0000), (0x3f80_8001, 0x3f81_0000),
    ]
    let y = try Matrix.unwritten(rows: 1, columns: PanelMatrix.panel)
    let one = try Matrix.of([1], rows: 1, columns: 1)
    for tie in ties {
      let packed = PanelMatrix(
        try FloatBuffer(count: PanelMatrix.words(.bf16, outputs: 1, inputs: 1)), offset: 0,
        format: .bf16, outputs: 1, inputs: 1)
      packed.pack(
        try .of([Float(bitPattern: tie.weight)], rows: 1, columns: 1),
        pool: WorkerPool(threads: 1))
      packed.multiply(one, rows: 1, panels: 0..<1, into: y, .store)
      #expect(y[0, 0].bitPattern == tie.expected)
    }
    let zero = PanelMatrix(
      try FloatBuffer(count: PanelMatrix.words(.q8, outputs: 1, inputs: 70)), offset: 0,
      format: .q8, outputs: 1, inputs: 70)
    zero.pack(try Matrix(rows: 1, columns: 70), pool: WorkerPool(threads: 1))
    zero.multiply(try randomMatrix(1, 70, seed: 6), rows: 1, panels: 0..<1, into: y, .store)
    #expect(y.elements.allSatisfy { $0 == 0 })
  }
}
