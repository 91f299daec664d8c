import Foundation

/// What this machine can do at best, measured on the spot with the workers of a pool.
package enum MachineLimits {
  /// Single-precision operations a second of OpenBLAS's product of square matrices, all workers at
  /// once, each on a product of its own.
  ///
  /// - Parameters:
  ///   - side: rows and columns.
  ///   - pool: threads to measure.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package static func productRate(side: Int = 1_536, pool: WorkerPool = .shared) throws -> Double {
    let matrices = try (0..<3 * pool.threads).map { _ in try Matrix(rows: side, columns: side) }
    for matrix in matrices { matrix.fill(1) }
    let operations = 2 * Double(side * side * side) * Double(pool.threads)
    return operations
      / best {
        pool.forEach(pool.threads) { task, _ in
          BLAS.multiply(matrices[3 * task], matrices[3 * task + 1], into: matrices[3 * task + 2])
        }
      }
  }

  /// Bytes of memory that are free or can be freed, within the limits of the control groups (version 1 and
  /// 2) that the process is in, as in a container; `nil` where the system does not say.
  package static var availableMemory: Int? { availableMemory(root: "") }

  /// The same of a system whose `/proc` and `/sys` are in a folder.
  package static func availableMemory(root: String) -> Int? {
    let name = "MemAvailable:"
    let lines = try? String(contentsOfFile: "\(root)/proc/meminfo", encoding: .utf8)
      .split(separator: "\n")
    let system = lines?.first { $0.hasPrefix(name) }
      .flatMap { $0.dropFirst(name.count).split(separator: " ").first }
      .flatMap { Int($0) }.map { $0 << 10 }
    return ([system] + ControlGroup.all(root: root).map(\.availableMemory)).compactMap { $0 }.min()
  }

  /// Bytes a second that the workers read together, from memory of a given size.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  package static func readRate(bytes: Int, pool: WorkerPool = .shared) throws -> Double {
    let buffer = try FloatBuffer(count: max(bytes / 4, pool.threads))
    Matrix(buffer, rows: 1, columns: buffer.count).fill(1)
    let share = buffer.count / pool.threads
    let repetitions = max(1, (256 << 20) / max(bytes, 1))
    return Double(4 * share * pool.threads * repetitions)
      / best {
        for _ in 0..<repetitions {
          pool.forEach(pool.threads) { task, _ in
            precondition(Kernels.sum(buffer, task * share..<(task + 1) * share) >= 0)
          }
        }
      }
  }

  /// The shortest of five durations of `work` in seconds, after one call to warm up.
  package static func best(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    work()
    return (0..<5).reduce(.infinity) { best, _ in min(best, clock.measure(work) / .seconds(1)) }
  }
}
