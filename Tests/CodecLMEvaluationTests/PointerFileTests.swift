import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct PointerFileTests {
  @Test func `a pointer in place of features, statistics or a network is named`() throws {
    try withTemporaryFolder { folder in
      func expect(_ name: String, _ read: (URL) throws -> Void) throws {
        let file = folder.appendingPathComponent(name)
        try Data(Fixtures.pointer.utf8).write(to: file)
        #expect(throws: FileError.pointer(path: file.path)) { try read(file) }
      }
      try expect("a.npz") { _ = try StatisticsFile($0) }
      try expect("a.safetensors") { _ = try FeatureFile($0) }
      try expect("lite.pth") { _ = try NetworkWeights($0, epsilon: 1e-3) }
    }
  }
}
