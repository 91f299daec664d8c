public import CodecLM
import Foundation
import Synchronization

/// Features of a set's pictures, and what was seen when they were read.
public struct PictureFeatures: Sendable {
  /// What the set is called in a report.
  public let name: String
  /// Those of each picture that could be read, in the set's order.
  public let features: Features
  /// Which of the set's files these pictures are.
  public let indices: [Int]
  /// Length of each picture in bits, see ``PictureSet/Picture/bits``; empty if there is none.
  public let bits: [Int]
  /// What became of the files.
  public let validity: Validity

  /// How many files of a set decode.
  public struct Validity: Sendable, Codable, Equatable {
    /// Files looked at.
    public internal(set) var files: Int
    /// Files that decode, with a warning or without.
    public internal(set) var decoded: Int
    /// Files that decode only with data that libjpeg made up or left out, and its first warning.
    public internal(set) var warnings: [String]
    /// Files that do not decode, and why; they are not compared.
    public internal(set) var unreadable: [String]
  }

  /// Pictures between two calls of `progress` at most; a clip's frames are not divided.
  private static let chunk = 64
  /// Seconds that they are to take.
  private static let secondsPerChunk = 0.5

  private enum Outcome: Sendable {
    case read(bits: Int?, warning: String?)
    case unreadable(String)
  }

  /// The features of a set's pictures.
  ///
  /// - Parameters:
  ///   - set: the pictures.
  ///   - network: what sees them.
  ///   - resize: how they get its size.
  ///   - pool: threads to work with.
  ///   - progress: called now and then with the number of files done; may throw to stop.
  /// - Throws: ``EvaluationError/noPictures(origin:first:)``, `NumericsError/outOfMemory(bytes:)`,
  ///   and what `progress` throws.
  public init(
    _ set: PictureSet, _ network: any FeatureNetwork, resize: FeatureResize = .bicubic,
    pool: WorkerPool = .shared, progress: (_ files: Int) throws -> Void = { _ in }
  ) throws {
    let all = try Matrix(rows: set.files.count, columns: network.featureCount)
    var indices: [Int] = []
    var bits: [Int] = []
    var validity = Validity(files: set.files.count, decoded: 0, warnings: [], unreadable: [])
    var (start, size) = (0, pool.threads)
    while start < set.files.count {
      let begin = ContinuousClock.now
      let end = set.end(of: size, from: start)
      let count = end - start
      let clips = set.clips(of: start..<end, pool: pool)
      let outcomes = Mutex([Outcome?](repeating: nil, count: count))
      let rows = try network.features(of: count, resize: resize, pool: pool) { [start] index in
        do {
          let picture = try set.picture(start + index, of: clips)
          outcomes.withLock {
            $0[index] = .read(bits: picture.bits, warning: picture.warning)
          }
          return picture.image
        } catch {
          outcomes.withLock { $0[index] = .unreadable("\(error)") }
          return nil
        }
      }
      for (index, outcome) in outcomes.withLock({ $0 }).enumerated() {
        let name = set.files[start + index].name
        switch outcome {
        case .read(let length, let warning):
          all.rows(indices.count..<indices.count + 1)
            .copy(from: rows.matrix.rows(index..<index + 1))
          indices.append(start + index)
          if let length { bits.append(length) }
          if let warning { validity.warnings.append("\(name): \(warning)") }
        case .unreadable(let reason): validity.unreadable.append("\(name): \(reason)")
        case nil: preconditionFailure("\(network.name) did not ask for picture \(index)")
        }
      }
      try progress(end)
      start = end
      // Large photos take a second each, small pictures thousands of them.
      let seconds = max((ContinuousClock.now - begin) / .seconds(1), 1e-6)
      let fitting = Double(count) * min(4, Self.secondsPerChunk / seconds)
      size = max(pool.threads, min(Int(fitting), Self.chunk))
    }
    validity.decoded = indices.count
    guard !indices.isEmpty else {
      throw EvaluationError.noPictures(origin: set.origin, first: validity.unreadable.first)
    }
    name = set.name
    features = Features(all.rows(0..<indices.count))
    self.indices = indices
    self.bits = bits
    self.validity = validity
  }
}

extension PictureFeatures {
  /// A picture of a reference and how far its features are.
  public struct Neighbour: Sendable, Equatable {
    /// Row of the reference's features.
    public let row: Int
    /// Euclidean distance of the features.
    public let distance: Double
  }

  /// The pictures of a reference that are nearest to some of this set's, nearest first.
  ///
  /// - Throws: ``EvaluationError``, `NumericsError/outOfMemory(bytes:)`.
  public func nearest(
    _ count: Int, in reference: PictureFeatures, to rows: Range<Int>, pool: WorkerPool = .shared
  ) throws -> [[Neighbour]] {
    guard features.dimensions == reference.features.dimensions else {
      throw EvaluationError.differentDimensions(
        features.dimensions, reference.features.dimensions)
    }
    let points = try FeaturePoints(features.matrix.rows(rows))
    let others = try FeaturePoints(reference.features.matrix)
    return try points.nearest(count, of: others, pool: pool).map { neighbours in
      neighbours.map {
        Neighbour(row: $0.index, distance: $0.squaredDistance.squareRoot())
      }
    }
  }
}
