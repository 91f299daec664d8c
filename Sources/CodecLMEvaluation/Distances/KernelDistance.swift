public import CodecLM

/// The kernel distance of two sets of features: the squared maximum mean discrepancy with the kernel
/// (x·y / features + 1)³, by its unbiased estimator (Bińkowski et al., *Demystifying MMD GANs*, ICLR
/// 2018, who call it KID for Inception's features).
///
/// Unlike the Fréchet distance it does not grow when there are few pictures: for two sets of one
/// distribution its expectation is 0, and it may be below.
public struct KernelDistance: Sendable, Codable, Equatable {
  /// The estimate from all pairs.
  public let value: Double
  /// Mean of the estimates from the subsets; what is reported as KID elsewhere.
  public let mean: Double
  /// Deviation of the estimates from the subsets.
  public let deviation: Double
  /// Number of subsets.
  public let subsets: Int
  /// Pictures of each set in a subset, drawn without replacement.
  public let subsetSize: Int

  private enum CodingKeys: String, CodingKey {
    case value, mean, deviation, subsets
    case subsetSize = "subset_size"
  }

  /// The distance of two sets, one picture a row.
  ///
  /// - Parameters:
  ///   - a: features [pictures, features] of one set.
  ///   - b: those of the other.
  ///   - subsets: how many to draw, at least 1.
  ///   - subsetSize: pictures of each set in a subset; by default 1,000 or half of the smaller set,
  ///     whichever is less, because the estimates from subsets as large as the sets would not vary.
  ///   - seed: equal seeds give equal subsets.
  ///   - pool: threads to work with.
  /// - Throws: ``EvaluationError``, `NumericsError/outOfMemory(bytes:)`.
  /// - Complexity: (a + b)² × features operations; memory for both sets in double precision.
  public init(
    _ a: Features, _ b: Features, subsets: Int = 100, subsetSize: Int? = nil, seed: UInt64 = 0,
    pool: WorkerPool = .shared
  ) throws {
    guard a.dimensions == b.dimensions else {
      throw EvaluationError.differentDimensions(a.dimensions, b.dimensions)
    }
    let smaller = min(a.count, b.count)
    guard smaller >= 4 else {
      throw EvaluationError.tooFew(count: smaller, needed: 4, purpose: "the kernel distance")
    }
    let size = subsetSize ?? min(Self.usualSubset, smaller / 2)
    precondition(subsets >= 1 && size >= 2 && size <= smaller, "\(subsets) subsets of \(size)")
    let (x, y) = (try DoubleMatrix(a.matrix), try DoubleMatrix(b.matrix))
    guard x.isFinite, y.isFinite else { throw EvaluationError.notFinite }
    func chosen(_ count: Int, _ set: UInt32) throws -> DoubleMatrix {
      try Self.members(of: count, subsets: subsets, size: size, seed: seed, set: set)
    }
    let (ofX, ofY) = (try chosen(x.rows, 0), try chosen(y.rows, 1))
    let within = try [
      Self.kernelSums(x, ofX, x, ofX, isWithin: true, pool),
      Self.kernelSums(y, ofY, y, ofY, isWithin: true, pool),
    ]
    let between = try Self.kernelSums(x, ofX, y, ofY, isWithin: false, pool)
    func estimate(_ subset: Int, _ m: Int, _ n: Int) -> Double {
      let (m, n) = (Double(m), Double(n))
      return within[0][subset] / (m * (m - 1)) + within[1][subset] / (n * (n - 1))
        - 2 * between[subset] / (m * n)
    }
    let estimates = (1...subsets).map { estimate($0, size, size) }
    let mean = estimates.reduce(0, +) / Double(subsets)
    value = estimate(0, x.rows, y.rows)
    self.mean = mean
    deviation =
      (estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(subsets)).squareRoot()
    self.subsets = subsets
    self.subsetSize = size
  }

  private static let usualSubset = 1_000

  /// [count, 1 + subsets]: 1 where the picture of the row is in the set of the column; the first
  /// column holds all.
  private static func members(
    of count: Int, subsets: Int, size: Int, seed: UInt64, set: UInt32
  ) throws -> DoubleMatrix {
    let members = try DoubleMatrix(rows: count, columns: 1 + subsets)
    var order = Array(0..<count)
    for row in 0..<count { members[row, 0] = 1 }
    for subset in 1...subsets {
      var random = RandomStream(seed: seed, stream: UInt64(subset), step: set)
      for place in 0..<size {
        order.swapAt(place, Int.random(in: place..<count, using: &random))
        members[order[place], subset] = 1
      }
    }
    return members
  }

  /// For each column s of the membership matrices, Σ p[i, s] k(xᵢ, yⱼ) q[j, s] over all i and j, of
  /// different pictures if `isWithin`.
  private static func kernelSums(
    _ x: DoubleMatrix, _ p: DoubleMatrix, _ y: DoubleMatrix, _ q: DoubleMatrix, isWithin: Bool,
    _ pool: WorkerPool
  ) throws -> [Double] {
    let scale = 1 / Double(x.columns)
    let sums = try DoubleMatrix(rows: x.rows, columns: p.columns)
    _ = try BlockProducts.mapPairs(x, y, fromDiagonal: isWithin, pool: pool) { rows, products in
      for row in 0..<rows.count {
        products.withMutableRow(row) { kernel in
          for column in kernel.indices {
            let base = kernel[column] * scale + 1
            kernel[column] = base * base * base
          }
          // The kernel is symmetric: later pictures only, and these count twice.
          if isWithin { for column in 0...row { kernel[column] = 0 } }
        }
      }
      let partners = isWithin ? q.rows(rows.lowerBound..<q.rows) : q
      BLAS.multiply(products, partners, into: sums.rows(rows), scale: isWithin ? 2 : 1)
    }
    return (0..<p.columns).map { column in
      (0..<x.rows).reduce(0) { $0 + p[$1, column] * sums[$1, column] }
    }
  }
}
