import CodecLM
import Foundation
import TestSupport
import Testing

/// Kernels against the formulas of `CKernels.h` in Double.
@Suite struct KernelsTests {
  /// A few units in the last place of float32.
  static let tolerance = 2e-6

  static func expectClose(
    _ actual: [Float], _ expected: [Double], scale: Double = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.count == expected.count, sourceLocation: sourceLocation)
    for (index, pair) in zip(actual, expected).enumerated() {
      let difference = abs(Double(pair.0) - pair.1)
      #expect(
        difference <= tolerance * max(abs(pair.1), scale), "\(pair.0) for \(pair.1) at \(index)",
        sourceLocation: sourceLocation)
    }
  }

  static let widths = [1, 3, 16, 37]

  @Test(arguments: widths) func `gated product`(columns: Int) throws {
    let rows = 3
    // Gates out to where e⁻ᵃ is near the ends of float32.
    let gates = normals(rows * columns, seed: 1, deviation: 25)
    let ups = normals(rows * columns, seed: 2)
    var elements: [Float] = []
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      elements += gates[range] + ups[range]
    }
    let y = try Matrix.unwritten(rows: rows, columns: columns)
    Kernels.swiGLU(try .of(elements, rows: rows, columns: 2 * columns), into: y)
    let expected = zip(gates, ups).map { gate, up in
      Double(gate) / (1 + exp(-Double(gate))) * Double(up)
    }
    Self.expectClose(y.elements, expected, scale: 1e-3)
  }

  @Test(arguments: widths) func `normalisation`(columns: Int) throws {
    let rows = 4
    var x = normals(rows * columns, seed: 1)
    // A row of zeros is divided by √ε.
    for column in 0..<columns { x[2 * columns + column] = 0 }
    let weight = normals(columns, seed: 2)
    let y = try Matrix.unwritten(rows: rows, columns: columns)
    let rstd = try Matrix.unwritten(rows: rows, columns: 1)
    Kernels.rmsNorm(
      try .of(x, rows: rows, columns: columns), weight: try .of(weight, rows: 1, columns: columns),
      epsilon: 1e-3, into: y, rstd: rstd)
    var (expected, roots): ([Double], [Double]) = ([], [])
    for row in 0..<rows {
      let values = x[row * columns..<(row + 1) * columns].map { Double($0) }
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(columns)
      let root = 1 / (square + Double(Float(1e-3))).squareRoot()
      roots.append(root)
      expected += zip(values, weight).map { $0 * root * Double($1) }
    }
    Self.expectClose(rstd.elements, roots)
    Self.expectClose(y.elements, expected)
  }

  /// Softmax over `columns` keys in one block, and in two blocks with y carried along.
  @Test(arguments: widths) func `causal softmax`(columns: Int) throws {
    let (rows, first, scale) = (3, columns / 2 + 1, Float(0.5))
    let x = normals(rows * columns, seed: 1, deviation: 10)
    let whole = try Matrix(rows: rows, columns: columns + 2)
    let view = whole.columns(1..<columns + 1)
    let statistics = try Matrix.unwritten(rows: rows, columns: 2)
    let lses = try Matrix.unwritten(rows: rows, columns: 2)
    var (expected, logs): ([Double], [Double]) = ([], [])
    for row in 0..<rows {
      let valid = min(first + row + 1, columns)
      let scaled = x[row * columns..<row * columns + valid].map { Double(scale) * Double($0) }
      let top = scaled.max() ?? 0
      let sum = scaled.reduce(0) { $0 + exp($1 - top) }
      expected += scaled.map { exp($0 - top) / sum }
      expected += [Double](repeating: 0, count: columns - valid)
      logs.append(top + log(sum))
    }
    for split in Set([columns, columns / 2]) where split > 0 {
      whole.fill(7)
      view.fill(from: x)
      // y collects the probabilities themselves: values are rows of the unit matrix.
      let y = try Matrix(rows: rows, columns: columns)
      Kernels.causalExp(
        view.columns(0..<split), first: first, scale: scale, statistics: statistics,
        continuing: nil)
      y.columns(0..<split).copy(from: view.columns(0..<split))
      if split < columns {
        let rest = view.columns(split..<columns)
        Kernels.causalExp(
          rest, first: first - split, scale: scale, statistics: statistics, continuing: y)
        y.columns(split..<columns).copy(from: rest)
      }
      Kernels.finishSoftmax(y, scale: scale, statistics: statistics, lse: lses.columns(1..<2))
      // An exponent of −30 has lost five bits before it is raised.
      Self.expectClose(y.elements, expected, scale: 0.1)
      Self.expectClose(lses.columns(1..<2).elements, logs, scale: 1)
      #expect(lses.columns(0..<1).elements.allSatisfy { $0.isNaN })
      #expect((0..<rows).allSatisfy { whole[$0, 0] == 7 && whole[$0, columns + 1] == 7 })
    }
  }

  @Test(arguments: widths)
  func `cross-entropy`(columns: Int) throws {
    let rows = 4
    let x = normals(rows * columns, seed: 1, deviation: 10)
    // Two rows before those that are asked for.
    let targets: [Int32] = [0, 0, Int32(columns - 1), 0, -1, Int32(columns / 2)]
    let weights: [Float] = [9, 9, 0.25, 0, 1, -0.125]
    let logits = try Matrix.of(x, rows: rows, columns: columns)
    let losses = try Matrix.unwritten(rows: rows, columns: 1)
    Kernels.crossEntropy(
      logits, targets: targets, 2..<6, exponentialSums: nil, losses: losses)
    var (expected, gradients): ([Double], [Double]) = ([], [])
    for row in 0..<rows {
      let values = x[row * columns..<(row + 1) * columns].map { Double($0) }
      let target = Int(targets[row + 2])
      guard target >= 0 else {
        expected.append(0)
        gradients += values.map { _ in 0 }
        continue
      }
      let top = values.max() ?? 0
      let lse = top + log(values.reduce(0) { $0 + exp($1 - top) })
      expected.append(lse - values[target])
      gradients += values.indices.map {
        Double(weights[row + 2]) * (exp(values[$0] - lse) - ($0 == target ? 1 : 0))
      }
    }
    Self.expectClose(losses.elements, expected, scale: 10)
    #expect(logits.elements == x, "without sums the logits stay")

    let (again, sums) = (
      try Matrix.unwritten(rows: rows, columns: 1), try Matrix.unwritten(rows: rows, columns: 1)
    )
    Kernels.crossEntropy(logits, targets: targets, 2..<6, exponentialSums: sums, losses: again)
    #expect(again.elements == losses.elements)
    Kernels.crossEntropyBackward(
      logits, targets: targets, weights: weights, 2..<6, exponentialSums: sums)
    Self.expectClose(logits.elements, gradients, scale: 0.25)
    #expect(logits.elements(row: 1).allSatisfy { $0 == 0 }, "a weight of 0")
  }

  @Test func `logits far apart give finite losses`() throws {
    let logits = try Matrix.of([3e4, -3e4, 0, -3e4, 3e4, 0], rows: 2, columns: 3)
    let losses = try Matrix.unwritten(rows: 2, columns: 1)
    let sums = try Matrix.unwritten(rows: 2, columns: 1)
    Kernels.crossEntropy(logits, targets: [0, 0], 0..<2, exponentialSums: sums, losses: losses)
    #expect(losses.elements == [0, 6e4])
    Kernels.crossEntropyBackward(
      logits, targets: [0, 0], weights: [1, 1], 0..<2, exponentialSums: sums)
    #expect(logits.elements.allSatisfy { $0.isFinite })
  }

  @Test func `sums and sums of squares`() throws {
    let (x, y) = (normals(37, seed: 1), normals(37, seed: 2))
    let sum = try Matrix.of(y, rows: 1, columns: 37)
    Kernels.add(try .of(x, rows: 1, columns: 37), to: sum)
    #expect(sum.elements == zip(x, y).map { $0 + $1 })
    let squares = Kernels.sumOfSquares(sum.buffer, 3..<20)
    let expected = sum.elements[3..<20].reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(squares - expected) < 1e-12 * expected)
  }
}
