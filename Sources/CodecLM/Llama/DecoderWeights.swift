/// A model's weights in the form and the order in which decoding reads them.
///
/// They are a copy, made once: a trainer that changes the model's parameters later does not change
/// them, and the model need not be kept for their sake. In float32 they take as much memory as the
/// parameters, in the other formats a half or a quarter of it. Norms and embeddings stay float32.
package struct DecoderWeights: Sendable {
  /// The model's shape.
  package let configuration: LlamaConfiguration
  /// How the matrices are stored.
  package let format: WeightFormat
  /// Bytes of matrices that one pass reads, whatever the number of streams.
  package let bytesPerPass: Int

  let tensors: LlamaTensors<Matrix, PanelMatrix>

  /// The weights that a model has now.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(
    _ model: Llama, format: WeightFormat = .f32, pool: WorkerPool = .shared
  ) throws {
    let parameters = model.parameters
    try self.init(model.configuration, format: format, pool: pool) { name in
      guard let region = model.layout.buffer[name] else { preconditionFailure("no \(name)") }
      return Matrix(parameters.buffer, region)
    }
  }

  /// The weights that `tensor` gives for each of Hugging Face's names, one after another, so that
  /// no more than one of them need be in memory as float32.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``, and what `tensor` throws.
  package init(
    _ configuration: LlamaConfiguration, format: WeightFormat, pool: WorkerPool,
    tensor: (_ name: String) throws -> Matrix
  ) throws {
    self.configuration = configuration
    self.format = format
    var bytes = 0
    tensors = try BufferPlan.build { plan in
      bytes = 0
      func copy(_ declaration: TensorDeclaration) throws -> Matrix {
        let matrix = plan.matrix(rows: declaration.rows, columns: declaration.columns)
        if plan.isPlacing { matrix.copy(from: try tensor(declaration.name)) }
        return matrix
      }
      func pack(_ declaration: TensorDeclaration) throws -> PanelMatrix {
        let panels = plan.panels(
          format, outputs: declaration.interleavedOutputs, inputs: declaration.columns)
        bytes += panels.bytes
        if plan.isPlacing {
          try panels.pack(declaration, pool: pool) { try tensor($0) }
        }
        return panels
      }
      return try LlamaTensors(configuration, plain: copy, projection: pack)
    }
    bytesPerPass = bytes
  }
}

extension PanelMatrix {
  /// Takes the weights of a declaration's parts, whose outputs alternate in runs.
  fileprivate func pack(
    _ declaration: TensorDeclaration, pool: WorkerPool, _ tensor: (String) throws -> Matrix
  ) rethrows {
    let turn = declaration.parts.reduce(0) { $0 + $1.run }
    var first = 0
    for part in declaration.parts {
      pack(try tensor(part.name), pool: pool) { [first] row in
        row / part.run * turn + first + row % part.run
      }
      first += part.run
    }
  }
}
