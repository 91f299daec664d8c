import CodecLM
import Foundation
import TestSupport
import Testing

/// The whole training path against numbers that PyTorch computed in float64
/// (Scripts/make-llama-fixtures.py).
@Suite struct ReferenceTests {
  /// float32 throughout, against float64: sums of up to 40 products of size one lose about 1e-6.
  static let tolerance: Float = 2e-5

  struct Reference {
    let model: Llama
    let tensors: SafeTensors
    let tokens: [Int32]
    let targets: [Int32]
    let segments: [Range<Int>]

    init(_ folder: String) throws {
      let configuration = try LlamaConfiguration(
        contentsOf: try Fixtures.url("\(folder)/config.json"))
      model = try Llama(zero: configuration)
      try SafeTensors(try Fixtures.url("\(folder)/model.safetensors"))
        .load(model.layout.buffer, into: model.parameters.buffer)
      tensors = try SafeTensors(try Fixtures.url("\(folder)/reference.safetensors"))
      tokens = try #require(tensors.integers("tokens")).map { Int32($0) }
      targets = try #require(tensors.integers("targets")).map { Int32($0) }
      let ends = try #require(tensors.integers("segments"))
      segments = stride(from: 0, to: ends.count, by: 2).map { ends[$0]..<ends[$0 + 1] }
    }

    func floats(_ name: String) throws -> [Float] { try #require(tensors.floats(name)) }
  }

  @Test(arguments: ["llama", "llama/tied"])
  func `logits agree`(folder: String) throws {
    let reference = try Reference(folder)
    let graph = try LlamaGraph(reference.model, capacity: reference.tokens.count)
    let logits = graph.logits(tokens: reference.tokens, segments: reference.segments)
    let expected = try reference.floats("logits")
    let columns = logits.columns
    for position in reference.segments.joined() {
      for column in 0..<columns {
        let difference = logits[position, column] - expected[position * columns + column]
        #expect(abs(difference) < Self.tolerance * 5, "position \(position), token \(column)")
      }
    }
  }

  @Test(arguments: ["llama", "llama/tied"], [1, 2])
  func `loss and every gradient agree`(folder: String, threads: Int) throws {
    let reference = try Reference(folder)
    let graph = try LlamaGraph(
      reference.model, capacity: reference.tokens.count, pool: WorkerPool(threads: threads))
    let layout = reference.model.layout
    let gradients = LlamaParameters(layout, try FloatBuffer(count: layout.buffer.count))
    let predictions = reference.targets.count { $0 >= 0 }
    let sum = graph.accumulateGradients(
      tokens: reference.tokens, targets: reference.targets, segments: reference.segments,
      scale: 1 / Float(predictions), into: gradients)
    let loss = Float(sum / Double(predictions))
    #expect(abs(loss - (try reference.floats("loss")[0])) < Self.tolerance)
    for region in layout.buffer.regions {
      let expected = try reference.floats("grad.\(region.name)")
      let actual = Matrix(gradients.buffer, region).elements
      let largest = expected.map { abs($0) }.max() ?? 0
      for (index, pair) in zip(actual, expected).enumerated() {
        #expect(
          abs(pair.0 - pair.1) < Self.tolerance * max(largest, 0.01), "\(region.name) at \(index)")
      }
    }
  }

  @Test(arguments: ["llama", "llama/tied"])
  func `ten optimiser steps agree`(folder: String) throws {
    let reference = try Reference(folder)
    let model = reference.model
    let graph = try LlamaGraph(model, capacity: reference.tokens.count)
    let layout = model.layout
    let gradients = LlamaParameters(layout, try FloatBuffer(count: layout.buffer.count))
    let optimizer = try Optimizer(layout, Optimizer.Options(muon: nil), pool: .shared)
    let predictions = reference.targets.count { $0 >= 0 }
    let losses = try reference.floats("losses")
    for step in 1...10 {
      gradients.buffer.zero()
      let sum = graph.accumulateGradients(
        tokens: reference.tokens, targets: reference.targets, segments: reference.segments,
        scale: 1 / Float(predictions), into: gradients)
      let loss = Float(sum / Double(predictions))
      #expect(abs(loss - losses[step - 1]) < 2e-4, "step \(step)")
      let norm = optimizer.norm(gradients.buffer)
      if step == 1 {
        let expected = try reference.floats("grad_norm")[0]
        #expect(abs(Float(norm) - expected) < Self.tolerance * expected)
      }
      optimizer.update(
        model.parameters.buffer, gradients: gradients.buffer, norm: norm, step: step,
        learningRate: 1e-2)
    }
    // Adam divides by the gradient's own size, so a gradient near zero keeps few correct digits.
    for region in layout.buffer.regions {
      let expected = try reference.floats("after.\(region.name)")
      for (index, pair) in zip(Matrix(model.parameters.buffer, region).elements, expected)
        .enumerated()
      {
        #expect(abs(pair.0 - pair.1) < 2e-3, "\(region.name) at \(index)")
      }
    }
  }

  @Test(arguments: ["llama", "llama/tied"])
  func `greedy continuation agrees`(folder: String) throws {
    let reference = try Reference(folder)
    var decoder = try LlamaDecoder(reference.model, slots: 1)
    let expected = try #require(reference.tensors.integers("greedy"))
    var logits = try decoder.advance([1, 5, 3].map { LlamaDecoder.Input(slot: 0, token: $0) })
    for (index, token) in expected.enumerated() {
      let row = logits.rows(logits.rows - 1..<logits.rows).elements
      let best = row.indices.max { row[$0] < row[$1] }
      #expect(best == token, "token \(index)")
      logits = try decoder.advance([.init(slot: 0, token: Int32(token))])
    }
  }

  @Test func `decoder and graph give the same logits`() throws {
    let reference = try Reference("llama")
    let segment = reference.segments[1]
    let tokens = Array(reference.tokens[segment])
    let graph = try LlamaGraph(reference.model, capacity: tokens.count)
    let expected = graph.logits(tokens: tokens, segments: [0..<tokens.count]).elements
    var decoder = try LlamaDecoder(reference.model, slots: 2)
    let prefilled = try decoder.advance(tokens.map { .init(slot: 1, token: $0) }).elements
    var oneByOne: [Float] = []
    for token in tokens {
      oneByOne += try decoder.advance([.init(slot: 0, token: token)]).elements
    }
    #expect(prefilled == oneByOne)
    for (index, pair) in zip(prefilled, expected).enumerated() {
      #expect(abs(pair.0 - pair.1) < Self.tolerance * 5, "logit \(index)")
    }
  }
}
