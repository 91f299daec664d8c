import CodecLM
import Testing

@Suite struct LlamaTensorsTests {
  private static func declared(_ shape: LlamaConfiguration) -> [TensorDeclaration] {
    var declared: [TensorDeclaration] = []
    _ = LlamaTensors(shape) {
      declared.append($0)
    } projection: {
      declared.append($0)
    }
    return declared
  }

  @Test(arguments: [false, true])
  func `the layout holds each declared tensor once, in its order`(tied: Bool) {
    let shape = LlamaGradientTests.tiny(tied: tied)
    let names = Self.declared(shape).flatMap(\.parts).map(\.name)
    let layout = LlamaLayout(shape).buffer
    #expect(layout.regions.map(\.name) == (tied ? names.dropLast() : names))
    #expect(names.last == (tied ? names.first : "lm_head.weight"))
  }

  @Test func `parts of one product alternate in runs of equal number`() {
    for tensor in Self.declared(LlamaGradientTests.wide) where tensor.parts.count > 1 {
      let turns = tensor.parts.map { ($0.rows + $0.run - 1) / $0.run }
      #expect(Set(turns).count == 1, "\(tensor.name)")
      #expect(tensor.interleavedOutputs >= tensor.rows, "\(tensor.name)")
    }
  }

  @Test func `parameters are views of a buffer at their declared places`() throws {
    let model = try Llama(LlamaGradientTests.tiny(tied: false), seed: 1)
    let layer = model.parameters.tensors.layers[1]
    let keys = try #require(model.layout.buffer["model.layers.1.self_attn.k_proj.weight"])
    let queries = layer.queryKeyValue.rows - 2 * keys.rows
    #expect(
      layer.queryKeyValue.rows(queries..<queries + keys.rows).elements
        == Matrix(model.parameters.buffer, keys).elements)
  }
}
