/// How the rotary embedding's frequencies are changed to reach contexts longer than those a model was
/// first trained on (`rope_scaling`, or in newer files `rope_parameters`).
public enum RopeScaling: Sendable, Hashable {
  /// All frequencies divided by a factor: positions interpolated (Chen et al., arXiv 2306.15595).
  case linear(factor: Double)
  /// Llama 3.1's: only wavelengths that are long beside the first context are stretched.
  case llama3(Llama3)

  /// Parameters of Llama 3.1's scaling.
  public struct Llama3: Sendable, Hashable {
    /// What the frequencies of long wavelengths are divided by.
    public var factor: Double
    /// Wavelengths above the first context divided by this are stretched in full
    /// (`low_freq_factor`).
    public var lowFrequencyFactor: Double
    /// Wavelengths below the first context divided by this stay (`high_freq_factor`).
    public var highFrequencyFactor: Double
    /// Positions of the first training (`original_max_position_embeddings`).
    public var originalContextLength: Int

    /// A scaling; the defaults are those of Llama 3.1.
    public init(
      factor: Double = 8, lowFrequencyFactor: Double = 1, highFrequencyFactor: Double = 4,
      originalContextLength: Int = 8_192
    ) {
      self.factor = factor
      self.lowFrequencyFactor = lowFrequencyFactor
      self.highFrequencyFactor = highFrequencyFactor
      self.originalContextLength = originalContextLength
    }
  }

  /// The angle a position turns by, given what it would be without scaling.
  func frequency(_ frequency: Double) -> Double {
    switch self {
    case .linear(let factor): return frequency / factor
    case .llama3(let scaling):
      // Turns within the first context; the share of the frequency that stays grows with them.
      let turns = Double(scaling.originalContextLength) * frequency / (2 * .pi)
      let share =
        (turns - scaling.lowFrequencyFactor)
        / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor)
      let kept = min(max(share, 0), 1)
      return frequency * (kept + (1 - kept) / scaling.factor)
    }
  }

  /// Checks that the parameters make sense.
  ///
  /// - Throws: ``LlamaConfigurationError``.
  func validate() throws {
    func check(_ field: String, _ value: Double, _ isFine: Bool) throws {
      guard value.isFinite, isFine else {
        throw LlamaConfigurationError.outOfRange(field: field, value: "\(value)")
      }
    }
    switch self {
    case .linear(let factor): try check("rope_scaling.factor", factor, factor >= 1)
    case .llama3(let scaling):
      try check("rope_scaling.factor", scaling.factor, scaling.factor >= 1)
      let low = scaling.lowFrequencyFactor
      try check("rope_scaling.low_freq_factor", low, low > 0)
      let high = scaling.highFrequencyFactor
      try check("rope_scaling.high_freq_factor", high, high > low)
      let context = scaling.originalContextLength
      try check(
        "rope_scaling.original_max_position_embeddings", Double(context),
        (1...(1 << 24)).contains(context))
    }
  }
}
