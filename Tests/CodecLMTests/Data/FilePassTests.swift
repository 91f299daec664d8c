import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct FilePassTests {
  private struct Odd: Error {}

  /// Twenty files of one byte, their numbers, and one that is not there.
  private func withFiles(
    _ body: (_ file: @escaping @Sendable (Int) -> FilePass.File) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    for index in 0..<20 { try folder.write([UInt8(index)], to: "\(index)") }
    let path = folder.url.path
    try body { FilePass.File(name: "file \($0)", path: "\(path)/\($0)") }
    _ = folder
  }

  private func double(_ file: [UInt8]) throws -> Int {
    if file[0] % 5 == 3 { throw Odd() }
    return 2 * Int(file[0])
  }

  @Test(arguments: [1, 3], [1, 4, 100])
  func `results come in order, and what cannot be used is listed`(threads: Int, most: Int) throws {
    try withFiles { file in
      var pass = try FilePass(total: 21, pool: WorkerPool(threads: threads))
      var (outputs, noted): ([Int: Int], [SkippedFile]) = ([:], [])
      var (order, last): ([Int], FileProgress?) = ([], nil)
      try pass.map(21, atMost: most, of: file) { file, _ in
        try double(file)
      } skipping: {
        noted.append($0)
      } then: { results in
        #expect(results.count <= most)
        for (index, output) in results {
          order.append(index)
          outputs[index] = output
        }
      } progress: {
        last = $0
      }
      #expect(order == (0..<20).filter { $0 % 5 != 3 })
      #expect(outputs.allSatisfy { $0.value == 2 * $0.key })
      #expect(pass.skipped.map(\.path) == [3, 8, 13, 18, 20].map { "file \($0)" })
      #expect(noted == pass.skipped)
      #expect(last?.done == 21 && last?.total == 21 && last?.skipped == 5)
    }
  }

  @Test func `a strict pass ends at the first file that cannot be used`() throws {
    try withFiles { file in
      var pass = try FilePass(total: 21, isStrict: true, pool: WorkerPool(threads: 2)) { _ in "odd"
      }
      #expect(throws: SkippedFile(path: "file 3", reason: "odd")) {
        try pass.map(21, of: file) { file, _ in
          try double(file)
        } then: { _ in
        }
      }
    }
    let old = SkippedFile(path: "old", reason: "locked")
    #expect(throws: old) {
      try FilePass(total: 1, skipped: [old], isStrict: true, pool: .shared).total
    }
  }

  @Test func `what progress throws ends a pass`() throws {
    try withFiles { file in
      var pass = try FilePass(total: 21, pool: WorkerPool(threads: 1))
      var seen = 0
      #expect(throws: CancellationError.self) {
        try pass.map(21, of: file) {
          $0.count + $1
        } then: {
          seen += $0.count
        } progress: { _ in
          throw CancellationError()
        }
      }
      #expect(seen == 1)
    }
  }
}
