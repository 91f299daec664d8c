/// A Llama: configuration and parameters in single precision.
///
/// The model knows nothing of files or codecs; it maps token ids to logits. It is shared by
/// reference: a trainer writes its parameters, decoders read them, from any number of tasks at once but
/// not while a trainer steps; for that there is ``copy()``.
public final class Llama: Sendable {
  /// The model's shape.
  public let configuration: LlamaConfiguration

  package let layout: LlamaLayout
  package let parameters: LlamaParameters

  /// A model whose parameters are all zero, to be filled from a checkpoint.
  ///
  /// - Throws: ``LlamaConfigurationError`` or ``NumericsError/outOfMemory(bytes:)``.
  package init(zero configuration: LlamaConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
    layout = LlamaLayout(configuration)
    parameters = LlamaParameters(layout, try FloatBuffer(count: layout.buffer.count))
  }

  /// An untrained model.
  ///
  /// Matrices are normal with deviation 0.02; those that add to the residual stream with
  /// 0.02 / √(2 × layers), so that its variance does not grow with depth (GPT-2's practice); norms
  /// are one.
  ///
  /// - Throws: ``LlamaConfigurationError`` or ``NumericsError/outOfMemory(bytes:)``.
  public convenience init(
    _ configuration: LlamaConfiguration, seed: UInt64, pool: WorkerPool = .shared
  ) throws {
    try self.init(zero: configuration)
    let residual = 0.02 / Double(2 * configuration.layers).squareRoot()
    let addingToResidual = Set(
      parameters.tensors.layers.flatMap { [$0.attentionOutput.offset, $0.down.offset] })
    for (index, region) in layout.buffer.regions.enumerated() {
      let matrix = Matrix(parameters.buffer, region)
      if region.shape.count == 1 {
        matrix.fill(1)
        continue
      }
      let deviation = addingToResidual.contains(region.offset) ? residual : 0.02
      pool.forEach(matrix.rows) { row, _ in
        var random = RandomStream(seed: seed, stream: UInt64(index), step: UInt32(row))
        matrix.rows(row..<row + 1).fill(
          from: (0..<matrix.columns).map { _ in Float(deviation * random.normal()) })
      }
    }
  }

  /// A model of its own with the parameters of this moment, for instance to sample from while this one is
  /// trained further.
  ///
  /// Not to be called while a trainer makes a step, but between two.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public func copy() throws -> Llama {
    let copy = try Llama(zero: configuration)
    copy.parameters.buffer.copy(from: parameters.buffer)
    return copy
  }

  /// Number of trained numbers.
  public var parameterCount: Int { configuration.parameterCount }
}
