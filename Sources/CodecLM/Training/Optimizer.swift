/// Turns gradients into updates: AdamW, or Muon for the matrices inside the layers and AdamW for
/// embedding, head and norms.
public struct Optimizer: Sendable {
  /// Which methods, and their constants.
  public struct Options: Sendable, Codable, Hashable {
    /// AdamW's.
    public var adamW = AdamW.Options()
    /// Muon's; `nil` for AdamW alone.
    public var muon: Muon.Options?
    /// AdamW's gradients are scaled down to this global norm, of all gradients, when theirs is larger.
    public var clip: Double = 1
    /// How many times Muon's learning rate AdamW's is beside it.
    ///
    /// Embedding, head and norms profit from larger updates than the matrices do. Unused without Muon.
    public var rateBesideMuon: Float = 3

    private enum CodingKeys: String, CodingKey {
      case adamW, muon, clip, rateBesideMuon
    }

    /// AdamW beside Muon, or alone where `muon` is `nil`.
    public init(muon: Muon.Options? = Muon.Options()) { self.muon = muon }

    /// Reads options; `rateBesideMuon` is 1 in runs that do not say it.
    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      adamW = try fields.decode(AdamW.Options.self, forKey: .adamW)
      muon = try fields.decodeIfPresent(Muon.Options.self, forKey: .muon)
      clip = try fields.decode(Double.self, forKey: .clip)
      rateBesideMuon = try fields.decodeIfPresent(Float.self, forKey: .rateBesideMuon) ?? 1
    }
  }

  /// AdamW's mean of gradients, or Muon's momentum.
  let first: FloatBuffer
  /// AdamW's mean of squares.
  let second: FloatBuffer

  private let options: Options
  private let muon: Muon?
  /// Of all parameters, for their norm.
  private let tasks: [AdamW.Task]
  /// Of those that are AdamW's.
  private let adamWTasks: [AdamW.Task]
  private let pool: WorkerPool

  /// An optimiser with moments of zero.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package init(_ layout: LlamaLayout, _ options: Options, pool: WorkerPool) throws {
    self.options = options
    self.pool = pool
    let first = try FloatBuffer(count: layout.buffer.count)
    self.first = first
    second = try FloatBuffer(count: layout.buffer.count)
    let regions = layout.buffer.regions
    tasks = AdamW.tasks(of: regions)
    if let muonOptions = options.muon {
      let isInside = regions.map { $0.shape.count > 1 && layout.isInsideLayers($0) }
      muon = try Muon(
        zip(regions, isInside).filter(\.1).map(\.0), muonOptions, momenta: first,
        workers: pool.threads)
      adamWTasks = AdamW.tasks(of: zip(regions, isInside).filter { !$0.1 }.map(\.0))
    } else {
      muon = nil
      adamWTasks = tasks
    }
  }

  /// Bytes of moments and scratch.
  package var bytes: Int { 4 * (first.count + second.count) + (muon?.scratchBytes ?? 0) }

  /// The global norm of a buffer of gradients, whatever the number of threads to the last bit.
  package func norm(_ gradients: FloatBuffer) -> Double {
    let tasks = tasks
    return pool.map(tasks.count) { Kernels.sumOfSquares(gradients, tasks[$0].range) }
      .reduce(0, +).squareRoot()
  }

  /// Updates parameters and moments; `step` counts from 1.
  package func update(
    _ parameters: FloatBuffer, gradients: FloatBuffer, norm: Double, step: Int, learningRate: Float
  ) {
    let update = AdamW.Update(
      options: options.adamW, first: first, second: second,
      // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
      gradientScale: Float(min(1, options.clip / (norm + 1e-6))), step: step,
      learningRate: muon == nil ? learningRate : options.rateBesideMuon * learningRate)
    let (muon, tasks) = (muon, adamWTasks)
    let matrices = muon?.count ?? 0
    pool.forEach(matrices + tasks.count) { index, worker in
      if index < matrices {
        muon?.update(
          index, parameters, gradients: gradients, learningRate: learningRate, worker: worker)
      } else {
        update.apply(tasks[index - matrices], to: parameters, gradients)
      }
    }
  }
}
