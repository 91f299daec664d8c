import CodecLM
import Foundation
import Testing

@Suite struct OptimizerTests {
  /// Rows × columns of doubles.
  private struct Table {
    var rows: [[Double]]

    var transposed: Table {
      Table(rows: rows[0].indices.map { column in rows.map { $0[column] } })
    }

    static func * (one: Table, other: Table) -> Table {
      let columns = other.transposed.rows
      return Table(
        rows: one.rows.map { row in columns.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } })
    }

    var norm: Double { rows.joined().reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// The nearest matrix with orthonormal rows or columns, by Newton's cubic iteration to its limit.
    var polarFactor: Table {
      var x = Table(rows: rows.map { $0.map { $0 / norm } })
      for _ in 0..<200 {
        let cube = x * x.transposed * x
        x.rows = zip(x.rows, cube.rows).map { zip($0, $1).map { 1.5 * $0 - 0.5 * $1 } }
      }
      return x
    }
  }

  private static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Table {
    var random = RandomStream(seed: seed)
    return Table(rows: (0..<rows).map { _ in (0..<columns).map { _ in random.normal() } })
  }

  @Test(arguments: [(3, 5), (5, 3), (16, 40), (40, 16), (24, 24), (1, 7)])
  func `orthogonalizing comes close to the nearest orthogonal matrix`(
    rows: Int, columns: Int
  ) throws {
    for seed in 0..<4 {
      let start = Self.random(rows, columns, seed: UInt64(seed))
      let scratch = try Orthogonalizer(elements: rows * columns, shorterSide: min(rows, columns))
      let matrix = scratch.matrix(rows: rows, columns: columns)
      matrix.fill(from: start.rows.joined().map { Float($0) })
      let result = scratch.orthogonalize(matrix)
      let exact = start.polarFactor
      let difference = Table(
        rows: (0..<rows).map { row in
          (0..<columns).map { Double(result[row, $0]) - exact.rows[row][$0] }
        })
      // Each singular value is off by at most a third, unless it was tiny.
      #expect(difference.norm < 0.4 * exact.norm, "\(rows) × \(columns), seed \(seed)")
    }
  }

  @Test func `a gradient of zero moves nothing and breaks nothing`() throws {
    let scratch = try Orthogonalizer(elements: 12, shorterSide: 3)
    let result = scratch.orthogonalize(scratch.matrix(rows: 3, columns: 4))
    #expect(result.elements.allSatisfy { $0 == 0 })
  }

  /// One step of both methods on a small model, with each parameter's gradient 1 … in its place.
  @Test func `Muon moves the matrices of the layers and AdamW what is left`() throws {
    let shape = LlamaConfiguration(
      vocabulary: 12, hiddenSize: 8, intermediateSize: 24, layers: 2, heads: 2, contextLength: 16)
    let (rate, decay) = (0.01 as Float, 0.1 as Float)
    let model = try Llama(shape, seed: 1)
    let layout = model.layout
    let gradients = try FloatBuffer(count: layout.buffer.count)
    var random = RandomStream(seed: 2)
    for region in layout.buffer.regions {
      Matrix(gradients, region).fill(
        from: (0..<region.count).map { _ in Float(random.normal()) })
    }
    var after: [Optimizer.Options: [[Float]]] = [:]
    for options in [Optimizer.Options(muon: nil), Optimizer.Options(muon: Muon.Options())] {
      let model = try Llama(shape, seed: 1)
      let optimizer = try Optimizer(layout, options, pool: .shared)
      // AdamW alone as it works beside Muon.
      let factor = options.muon == nil ? options.rateBesideMuon : 1
      optimizer.update(
        model.parameters.buffer, gradients: gradients, norm: optimizer.norm(gradients), step: 1,
        learningRate: factor * rate)
      after[options] = layout.buffer.regions.map {
        Matrix(model.parameters.buffer, $0).elements
      }
    }
    let adamW = try #require(after[Optimizer.Options(muon: nil)])
    let muon = try #require(after[Optimizer.Options(muon: Muon.Options())])
    for (index, region) in layout.buffer.regions.enumerated() {
      guard region.name.hasSuffix("proj.weight") else {
        #expect(adamW[index] == muon[index], "\(region.name)")
        continue
      }
      let before = Matrix(model.parameters.buffer, region).elements
      let update = zip(before, muon[index]).map { Double(($0 * (1 - rate * decay) - $1) / rate) }
      let size = (update.reduce(0) { $0 + $1 * $1 } / Double(update.count)).squareRoot()
      #expect(abs(size - 0.2) < 0.06, "\(region.name): \(size)")
    }
  }

  @Test func `options of before AdamW had a rate of its own are read as they were meant`() throws {
    let options = Optimizer.Options(muon: Muon.Options())
    let encoded = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(Optimizer.Options.self, from: encoded) == options)
    var fields = try #require(
      JSONSerialization.jsonObject(with: encoded) as? [String: Any])
    fields["rateBesideMuon"] = nil
    let old = try JSONSerialization.data(withJSONObject: fields)
    #expect(try JSONDecoder().decode(Optimizer.Options.self, from: old).rateBesideMuon == 1)
  }

  @Test(arguments: [1, 3])
  func `updates do not hang on the number of threads`(threads: Int) throws {
    let shape = LlamaConfiguration(
      vocabulary: 12, hiddenSize: 8, intermediateSize: 24, layers: 2, heads: 2, contextLength: 16)
    var results: [[Float]] = []
    for pool in [WorkerPool(threads: threads), WorkerPool(threads: 2)] {
      let model = try Llama(shape, seed: 1)
      let optimizer = try Optimizer(
        model.layout, Optimizer.Options(muon: Muon.Options()), pool: pool)
      let gradients = try Llama(shape, seed: 2).parameters.buffer
      for step in 1...3 {
        optimizer.update(
          model.parameters.buffer, gradients: gradients, norm: 1, step: step, learningRate: 0.01)
      }
      results.append(
        model.layout.buffer.regions.flatMap { Matrix(model.parameters.buffer, $0).elements })
    }
    #expect(results[0] == results[1])
  }
}
