/// Muon (Jordan et al., 2024): each step moves a matrix along the orthogonal one nearest to the
/// momentum of its gradient, so that all its directions learn at one speed.
public struct Muon: Sendable {
  /// Constants of the method.
  public struct Options: Sendable, Codable, Hashable {
    /// Decay of the sum of gradients.
    public var momentum: Float = 0.95
    /// Root mean square of an update at learning rate 1.
    ///
    /// AdamW's is 0.2 to 0.4, so at 0.2 the two share a learning rate and λ (Liu et al., *Muon is scalable for LLM training*, arXiv 2502.16982).
    public var updateSize: Float = 0.2
    /// λ: each step a matrix shrinks by learning rate × λ.
    public var weightDecay: Float = 0.1

    /// The usual constants.
    public init() {}
  }

  private let options: Options
  private let momenta: FloatBuffer
  private let regions: [BufferLayout.Region]
  /// One for each worker.
  private let scratch: [Orthogonalizer]

  /// Updates of these matrices.
  ///
  /// - Parameter momenta: a buffer of the parameters' layout.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  init(
    _ regions: [BufferLayout.Region], _ options: Options, momenta: FloatBuffer, workers: Int
  ) throws {
    self.options = options
    self.momenta = momenta
    // The largest first, so that no worker is left with one at the end.
    self.regions = regions.sorted { $0.count > $1.count }
    let elements = regions.map(\.count).max() ?? 0
    let side = regions.map { min($0.rows, $0.columns) }.max() ?? 0
    scratch = try (0..<workers).map { _ in
      try Orthogonalizer(elements: elements, shorterSide: side)
    }
  }

  /// Bytes of scratch.
  var scratchBytes: Int { scratch.reduce(0) { $0 + $1.bytes } }

  /// Number of matrices.
  var count: Int { regions.count }

  /// One step of a matrix; a factor of all its gradients changes nothing.
  func update(
    _ index: Int, _ parameters: FloatBuffer, gradients: FloatBuffer, learningRate: Float,
    worker: Int
  ) {
    let (region, scratch) = (regions[index], scratch[worker])
    let start = scratch.matrix(rows: region.rows, columns: region.columns)
    Kernels.momentum(
      Matrix(gradients, region), Matrix(momenta, region), beta: options.momentum, into: start)
    // An orthogonal matrix has as many ones as its shorter side among its singular values, so its root
    // mean square is 1 / √(longer side).
    let longer = Float(max(region.rows, region.columns))
    Kernels.descend(
      Matrix(parameters, region), along: scratch.orthogonalize(start),
      rate: learningRate * options.updateSize * longer.squareRoot(),
      keep: 1 - learningRate * options.weightDecay)
  }
}
