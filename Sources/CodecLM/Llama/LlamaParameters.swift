/// Where each of a Llama's tensors stands in a flat buffer, under Hugging Face's names.
///
/// Query, key and value projections follow each other without a gap, as do gate and up projections,
/// so that one matrix product serves them together.
package struct LlamaLayout: Sendable {
  package let configuration: LlamaConfiguration
  package let buffer: BufferLayout

  package init(_ configuration: LlamaConfiguration) {
    var layout = BufferLayout()
    func place(_ tensor: TensorDeclaration) {
      if tensor.isVector {
        for part in tensor.parts { layout.add(vector: part.name, count: tensor.columns) }
      } else if layout[tensor.name] == nil {
        // A tied head is the embedding, which has its place.
        layout.add(tensor.parts.map { ($0.name, $0.rows) }, columns: tensor.columns)
      }
    }
    _ = LlamaTensors(configuration, plain: place, projection: place)
    self.configuration = configuration
    buffer = layout
  }

  /// A tensor of a buffer of this layout.
  fileprivate func matrix(_ tensor: TensorDeclaration, in buffer: FloatBuffer) -> Matrix {
    guard let first = self.buffer[tensor.name] else { preconditionFailure("no \(tensor.name)") }
    return Matrix(buffer, offset: first.offset, rows: tensor.rows, columns: tensor.columns)
  }

  /// Whether a tensor belongs to a layer, not to embedding, head or last norm.
  func isInsideLayers(_ region: BufferLayout.Region) -> Bool {
    region.name.hasPrefix(LlamaNames.layers)
  }
}

/// A Llama's tensors as views of one flat buffer: its parameters, or their gradients.
package struct LlamaParameters: Sendable {
  package let buffer: FloatBuffer
  package let tensors: LlamaTensors<Matrix, Matrix>

  package init(_ layout: LlamaLayout, _ buffer: FloatBuffer) {
    precondition(buffer.count == layout.buffer.count)
    self.buffer = buffer
    func matrix(_ tensor: TensorDeclaration) -> Matrix { layout.matrix(tensor, in: buffer) }
    tensors = LlamaTensors(layout.configuration, plain: matrix, projection: matrix)
  }
}
