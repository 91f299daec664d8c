import Foundation

/// What this machine can do at best, measured on the spot with the workers of a pool.
public enum MachineLimits {
  /// Single-precision operations a second of OpenBLAS's product of square matrices, all workers at
  /// once, each on a product of its own.
  ///
  /// - Parameters:
  ///   - side: rows and columns.
  ///   - pool: threads to measure.
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public static func productRate(side: Int = 1_536, pool: WorkerPool = .shared) throws -> Double {
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

  /// Bytes of memory that are free or can be freed, within the limit of the control group (version 2) at
  /// whose root the process sees itself, as in a container; `nil` where the system does not say.
  public static var availableMemory: Int? {
    let group = "/sys/fs/cgroup/memory"
    let system = number(after: "MemAvailable:", in: "/proc/meminfo").map { $0 << 10 }
    let inGroup = number(after: "", in: "\(group).max").flatMap { limit in
      number(after: "", in: "\(group).current").map { used in
        // Files that were read stay in memory until it is needed.
        let files = ["inactive_file ", "active_file "].reduce(0) {
          $0 + (number(after: $1, in: "\(group).stat") ?? 0)
        }
        return max(0, limit - used + files)
      }
    }
    return [system, inGroup].compactMap { $0 }.min()
  }

  /// The whole number behind a name in one of the kernel's files.
  private static func number(after name: String, in path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }

  /// Bytes a second that the workers read together, from memory of a given size.
  ///
  /// - Throws: ``NumericsError/outOfMemory(bytes:)``.
  public static func readRate(bytes: Int, pool: WorkerPool = .shared) throws -> Double {
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
