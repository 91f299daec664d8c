import CodecLM
import Foundation
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  /// How often each index was seen.
  final class Tally: Sendable {
    private let seen: Mutex<[Int]>
    init(_ count: Int) { seen = Mutex([Int](repeating: 0, count: count)) }
    func add(_ index: Int) { seen.withLock { $0[index] += 1 } }
    var counts: [Int] { seen.withLock { $0 } }
  }

  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 5, 1_000])
  func `every index is called once`(threads: Int, count: Int) {
    let pool = WorkerPool(threads: threads)
    let tally = Tally(count)
    pool.forEach(count) { index, _ in tally.add(index) }
    #expect(tally.counts.allSatisfy { $0 == 1 })
  }

  @Test func `calls that run at once have different workers`() {
    let pool = WorkerPool(threads: 3)
    let busy = Mutex<Set<Int>>([])
    let clashes = Atomic<Int>(0)
    pool.forEach(500) { index, worker in
      if !busy.withLock({ $0.insert(worker).inserted }) || !(0..<3).contains(worker) {
        clashes.add(1, ordering: .relaxed)
      }
      for _ in 0..<index % 7 { sched_yield() }
      busy.withLock { _ = $0.remove(worker) }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  @Test func `a loop inside a loop runs on its caller alone`() {
    let pool = WorkerPool(threads: 3)
    let tally = Tally(6 * 5)
    let strays = Atomic<Int>(0)
    pool.forEach(6) { outer, _ in
      let caller = ObjectIdentifier(Thread.current)
      pool.forEach(5) { inner, worker in
        let isCaller = ObjectIdentifier(Thread.current) == caller
        if !isCaller || worker != 0 { strays.add(1, ordering: .relaxed) }
        tally.add(outer * 5 + inner)
      }
    }
    #expect(tally.counts.allSatisfy { $0 == 1 })
    #expect(strays.load(ordering: .relaxed) == 0)
  }

  @Test func `two threads can use a pool at once`() {
    let pool = WorkerPool(threads: 3)
    let tally = Tally(2 * 50)
    DispatchQueue.concurrentPerform(iterations: 2) { caller in
      for _ in 0..<40 {
        pool.forEach(50) { index, _ in tally.add(caller * 50 + index) }
      }
    }
    #expect(tally.counts.allSatisfy { $0 == 40 })
  }

  @Test func `many small loops lose no iteration`() {
    let pool = WorkerPool(threads: 3)
    let sum = Atomic<Int>(0)
    for round in 0..<20_000 {
      pool.forEach(3) { index, _ in sum.add(index + 1, ordering: .relaxed) }
      guard sum.load(ordering: .relaxed) == 6 * (round + 1) else { break }
    }
    #expect(sum.load(ordering: .relaxed) == 6 * 20_000)
  }

  @Test func `sleeping workers wake up`() {
    let pool = WorkerPool(threads: 3)
    let tally = Tally(9)
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.01)
      pool.forEach(9) { index, _ in tally.add(index) }
    }
    #expect(tally.counts == [Int](repeating: 5, count: 9))
  }

  @Test(arguments: [0, 1, 100]) func `map keeps the order`(count: Int) {
    let pool = WorkerPool(threads: 3)
    let words = pool.map(count) { index in "word \(index)" }
    #expect(words == (0..<count).map { "word \($0)" })
  }

  @Test func `what workers write stands after the loop`() throws {
    let pool = WorkerPool(threads: 2)
    let matrix = try Matrix(rows: 100, columns: 3)
    pool.forEach(100) { row, _ in matrix.rows(row..<row + 1).fill(Float(row)) }
    #expect((0..<100).allSatisfy { matrix[$0, 2] == Float($0) })
  }
}
