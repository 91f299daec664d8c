import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct StatisticsFileTests {
  private func read(_ name: String) throws -> StatisticsFile {
    try StatisticsFile(Fixtures.url("evaluation/\(name).npz"))
  }

  @Test(arguments: [("stored", 1e-12), ("compressed", 1e-12), ("single-columns-first", 1e-6)])
  func `NumPy's files hold the statistics of the features`(name: String, tolerance: Double) throws {
    let file = try read(name)
    let expected = try FeatureStatistics(FeatureSets.named("a"))
    #expect(file.features == nil && file.statistics.count == nil)
    #expect(file.statistics.dimensions == 12)
    for row in 0..<12 {
      #expect(abs(file.statistics.mean[row] - expected.mean[row]) < tolerance)
      for column in 0..<12 {
        let difference = file.statistics.covariance[row, column] - expected.covariance[row, column]
        #expect(abs(difference) < tolerance)
      }
    }
  }

  @Test func `what is written is read to the last bit, with its protocol`() throws {
    let features = try JSONDecoder().decode(
      FeatureProtocol.self,
      from: Data(
        #"{"network":"N","weights_sha256":"ab","dimensions":12,"resize":"bilinear"}"#.utf8))
    let statistics = try FeatureStatistics(FeatureSets.named("b"))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("b.npz")
      try StatisticsFile(statistics, features).write(to: url)
      let read = try StatisticsFile(url)
      #expect(read.features == features)
      #expect(read.statistics.count == 31)
      #expect(read.statistics.mean == statistics.mean)
      #expect(read.statistics.covariance.elements == statistics.covariance.elements)
    }
  }

  @Test func `what is no covariance is refused by name`() throws {
    let fine = try FeatureStatistics(FeatureSets.named("few"))
    let changes: [(row: Int, column: Int, value: Double, fault: StatisticsFile.Fault)] = [
      (3, 3, -0.5, .variance(ofFeature: 3, -0.5)),
      (5, 2, fine.covariance[5, 2] + 1, .notSymmetric(row: 5, column: 2)),
    ]
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.npz")
      func expect(_ fault: StatisticsFile.Fault, of covariance: DoubleMatrix) throws {
        try StatisticsFile(.init(count: nil, mean: fine.mean, covariance: covariance), nil)
          .write(to: url)
        #expect(throws: FileError.malformed(path: url.path, reason: fault)) {
          try StatisticsFile(url)
        }
      }
      for (row, column, value, fault) in changes {
        let covariance = try DoubleMatrix(copying: fine.covariance)
        covariance[row, column] = value
        try expect(fault, of: covariance)
      }
      let indefinite = try DoubleMatrix(rows: fine.dimensions, columns: fine.dimensions)
      for row in 0..<fine.dimensions { indefinite[row, row] = 1 }
      (indefinite[4, 7], indefinite[7, 4]) = (2, 2)
      try expect(.negativeEigenvalues, of: indefinite)
    }
  }

  @Test func `a covariance of too few pictures, or of none that differ, is one`() throws {
    let few = try FeatureStatistics(FeatureSets.named("few"))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.npz")
      let zero = try DoubleMatrix(rows: few.dimensions, columns: few.dimensions)
      let rounded = try DoubleMatrix(copying: few.covariance)
      for row in 0..<rounded.rows {
        for column in 0..<rounded.columns {
          rounded[row, column] = Double(Float(rounded[row, column]))
        }
      }
      for covariance in [few.covariance, zero, rounded] {
        try StatisticsFile(.init(count: 7, mean: few.mean, covariance: covariance), nil)
          .write(to: url)
        #expect(throws: Never.self) { try StatisticsFile(url) }
      }
    }
  }

  @Test(arguments: ["stored", "compressed"])
  func `every prefix of a file is refused`(name: String) throws {
    let bytes = try Fixtures.bytes("evaluation/\(name).npz")
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.npz")
      for length in stride(from: 0, to: bytes.count, by: 3) {
        try Data(bytes[..<length]).write(to: url)
        #expect(throws: (any Error).self) { try StatisticsFile(url) }
      }
    }
  }

  @Test(arguments: ["stored", "compressed"])
  func `random flips are refused or harmless`(name: String) throws {
    let bytes = try Fixtures.bytes("evaluation/\(name).npz")
    var random = RandomStream(seed: 5)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.npz")
      for _ in 0..<1_000 {
        var changed = bytes
        changed[Int.random(in: bytes.indices, using: &random)] ^= UInt8.random(
          in: 1...255, using: &random)
        try Data(changed).write(to: url)
        _ = try? StatisticsFile(url)
      }
    }
  }

  @Test func `an archive without statistics is refused for what it lacks`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.npz")
      try Data("PK\u{5}\u{6}".utf8 + [UInt8](repeating: 0, count: 18)).write(to: url)
      #expect(
        throws: FileError.malformed(
          path: url.path, reason: StatisticsFile.Fault.noArray("mu", among: []))
      ) { try StatisticsFile(url) }
    }
  }
}
