public import CodecLM

/// How far a set of pictures is from a reference.
public struct Comparison: Sendable, Codable, Equatable {
  /// What the set is compared with.
  public let reference: String
  /// The set.
  public let set: String
  /// Pictures of the reference, if known.
  public let referenceCount: Int?
  /// Pictures of the set, if known.
  public let count: Int?
  /// Number of features.
  public let dimensions: Int?
  /// See ``frechetDistance(_:_:pool:)``; FID with Inception's features.
  public let frechetDistance: Double
  /// `nil` where only statistics are known, or fewer than four pictures.
  public let kernelDistance: KernelDistance?
  /// How much of the set lies among the reference, and the other way round; `nil` where only
  /// statistics are known, or too few pictures.
  public let shares: PrecisionRecall?
  /// How long the distances took.
  public let seconds: Seconds

  /// Seconds of the parts of a comparison.
  public struct Seconds: Sendable, Codable, Equatable {
    /// The Fréchet distance, from the statistics.
    public internal(set) var frechet = 0.0
    /// The kernel distance.
    public internal(set) var kernel = 0.0
    /// Precision and recall.
    public internal(set) var shares = 0.0
  }

  private enum CodingKeys: String, CodingKey {
    case reference, set
    case referenceCount = "reference_count"
    case count, dimensions
    case frechetDistance = "frechet_distance"
    case kernelDistance = "kernel_distance"
    case shares = "precision_recall"
    case seconds
  }

  /// Statistics of one side, and features where they are known.
  public struct Side: Sendable {
    /// What the side is called in a report.
    public let name: String
    /// Mean and covariance.
    public let statistics: FeatureStatistics
    /// Features of each picture.
    public let features: Features?

    /// A side of which features are known.
    ///
    /// - Throws: as ``FeatureStatistics/init(_:pool:)``.
    public init(_ name: String, _ features: Features, pool: WorkerPool = .shared) throws {
      self.name = name
      self.features = features
      statistics = try FeatureStatistics(features, pool: pool)
    }

    /// A side of which statistics are known.
    public init(_ name: String, _ statistics: FeatureStatistics) {
      self.name = name
      self.statistics = statistics
      features = nil
    }
  }

  /// Compares two sets.
  ///
  /// - Parameters:
  ///   - reference: usually the real set.
  ///   - set: the set that is judged.
  ///   - seed: of the kernel distance's subsets.
  ///   - pool: threads to work with.
  /// - Throws: ``EvaluationError``, `NumericsError/outOfMemory(bytes:)`.
  public init(
    reference: Side, set: Side, seed: UInt64 = 0, pool: WorkerPool = .shared
  ) throws {
    self.reference = reference.name
    self.set = set.name
    referenceCount = reference.statistics.count
    count = set.statistics.count
    dimensions = set.statistics.dimensions
    var seconds = Seconds()
    frechetDistance = try Self.timed(&seconds.frechet) {
      try CodecLMEvaluation.frechetDistance(reference.statistics, set.statistics, pool: pool)
    }
    if let real = reference.features, let generated = set.features,
      min(real.count, generated.count) >= 4
    {
      kernelDistance = try Self.timed(&seconds.kernel) {
        try KernelDistance(real, generated, seed: seed, pool: pool)
      }
      shares = try Self.timed(&seconds.shares) {
        try PrecisionRecall(real: real, generated: generated, pool: pool)
      }
    } else {
      (kernelDistance, shares) = (nil, nil)
    }
    self.seconds = seconds
  }

  private static func timed<Result>(
    _ seconds: inout Double, _ work: () throws -> Result
  ) rethrows -> Result {
    let start = ContinuousClock.now
    defer { seconds = (ContinuousClock.now - start) / .seconds(1) }
    return try work()
  }
}
