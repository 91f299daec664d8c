import CodecLM
import Foundation
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
      let error = #expect(throws: FileError.self) { try StatisticsFile(url) }
      #expect(error?.description.contains("no array mu") == true)
    }
  }
}
