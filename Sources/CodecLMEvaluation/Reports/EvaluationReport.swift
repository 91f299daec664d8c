public import CodecLM
package import Foundation

/// Results with everything that is needed to repeat them.
public struct EvaluationReport: Sendable, Codable {
  /// How features were made; `nil` where a file of features or statistics does not say.
  public var features: FeatureProtocol?
  /// The codec that the second reference went through, if there is one.
  public var codec: CodecProfile?
  /// How files were generated, if they were.
  public var generation: Generation?
  /// Seed of the subsets of the kernel distance and of the generated files.
  public var seed: UInt64
  /// Where the sets come from and what became of their files.
  public var sets: [Source]
  /// The distances.
  public var comparisons: [Comparison]
  /// How clips move and go on, where the files are videos.
  public var clips: ClipFigures?
  /// What to know before the numbers are read.
  public var warnings: [String] = []
  /// How long everything but the distances took.
  public var seconds = Seconds()

  /// A set of the report.
  public struct Source: Sendable, Codable {
    /// What the set is called.
    public var name: String
    /// A folder, a file, or the run that wrote the pictures.
    public var origin: String
    /// What became of the files; `nil` for features and statistics from a file.
    public var validity: PictureFeatures.Validity?
    /// Mean length of a picture in bits; see ``PictureSet/Picture/bits``.
    public var bitsPerImage: Double?

    private enum CodingKeys: String, CodingKey {
      case name, origin, validity
      case bitsPerImage = "bits_per_image"
    }

    /// A set.
    public init(
      name: String, origin: String, validity: PictureFeatures.Validity? = nil,
      bitsPerImage: Double? = nil
    ) {
      self.name = name
      self.origin = origin
      self.validity = validity
      self.bitsPerImage = bitsPerImage
    }
  }

  /// How a model wrote files.
  public struct Generation: Sendable, Codable {
    /// The model's folder.
    public var model: String
    /// How tokens were drawn.
    public var sampling: SamplingParameters
    /// Whether the grammar kept streams valid.
    public var isConstrained: Bool
    /// Files asked for, of each share if pictures were completed.
    public var count: Int
    /// Files that do not decode, of all.
    public var invalid: Int
    /// Files that decode, but whose end the model did not reach before its context was full.
    public var unfinished = 0
    /// Shares of pictures that were given to be completed; empty for whole files.
    public var kept: [Double]

    private enum CodingKeys: String, CodingKey {
      case model, sampling
      case isConstrained = "constrained"
      case count, invalid, unfinished, kept
    }

    /// How a model wrote files.
    public init(
      model: String, sampling: SamplingParameters, isConstrained: Bool, count: Int,
      invalid: Int = 0,
      kept: [Double] = []
    ) {
      self.model = model
      self.sampling = sampling
      self.isConstrained = isConstrained
      self.count = count
      self.invalid = invalid
      self.kept = kept
    }
  }

  /// How long parts took.
  public struct Seconds: Sendable, Codable {
    /// Writing files, if any were written.
    public var generation = 0.0
    /// Reading, decoding and the network.
    public var features = 0.0
    /// Means and covariances of all sets.
    public var statistics = 0.0

    /// No time yet.
    public init() {}
  }

  private enum CodingKeys: String, CodingKey {
    case features, codec, generation, seed, sets, comparisons, clips, warnings, seconds
  }

  /// A report without results yet.
  public init(
    features: FeatureProtocol?, codec: CodecProfile? = nil, generation: Generation? = nil,
    seed: UInt64
  ) {
    self.features = features
    self.codec = codec
    self.generation = generation
    self.seed = seed
    sets = []
    comparisons = []
  }

  /// Reads what an evaluation printed as JSON, also in the earlier spelling of its keys.
  ///
  /// - Throws: `FileError`.
  package init(contentsOf url: URL) throws {
    let olderNames = ["subsetSize": "subset_size", "topK": "top_k", "topP": "top_p"]
    self = try JSONFile.read(EvaluationReport.self, url, keys: .declared(olderNames: olderNames))
  }

  /// Adds comparisons, and warnings of too few pictures or unequal numbers of them.
  public mutating func add(_ comparisons: [Comparison]) {
    self.comparisons += comparisons
    guard let dimensions = features?.dimensions ?? comparisons.first?.dimensions else { return }
    let distanceName = features?.distanceName ?? FeatureProtocol.plainDistanceName
    var counts: [(name: String, count: Int)] = []
    for comparison in self.comparisons {
      for (name, count) in [
        (comparison.reference, comparison.referenceCount), (comparison.set, comparison.count),
      ] {
        guard let count, !counts.contains(where: { $0.name == name }) else { continue }
        counts.append((name, count))
      }
    }
    let few = counts.filter { $0.count <= dimensions }
    if !few.isEmpty {
      let names = few.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
      warnings.append(
        """
        No more pictures than the \(dimensions) features: \(names). Covariances are singular \
        and the \(distanceName) is far too large, even between real pictures. Read the kernel \
        distance, or take more pictures.
        """)
    }
    if Set(counts.map(\.count)).count > 1 {
      let names = counts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
      warnings.append(
        """
        Unequal numbers of pictures: \(names). A \(distanceName) falls as pictures are added; \
        compare it only with others of these numbers.
        """)
    }
  }
}
