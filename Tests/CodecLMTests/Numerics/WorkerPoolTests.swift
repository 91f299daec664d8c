import CodecLM
import Foundation
import Synchronization
import TestSupport
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

  @Test func `a caller waits for its turn instead of working alone`() {
    let pool = WorkerPool(threads: 2)
    let comes = Atomic<Bool>(false)
    let firstIsOver = Atomic<Bool>(false)
    let isAlone = Atomic<Bool>(false)
    let second = DispatchGroup()
    pool.forEach(2) { index, _ in
      guard index == 0 else { return }
      DispatchQueue.global().async(group: second) {
        comes.store(true, ordering: .releasing)
        pool.forEach(2) { _, _ in
          if !firstIsOver.load(ordering: .acquiring) { isAlone.store(true, ordering: .relaxed) }
        }
      }
      while !comes.load(ordering: .acquiring) { sched_yield() }
      Thread.sleep(forTimeInterval: 0.05)
      firstIsOver.store(true, ordering: .releasing)
    }
    second.wait()
    let wasAlone = isAlone.load(ordering: .relaxed)
    #expect(!wasAlone)
  }

  @Test func `callers that use each other's pools do not wait for each other`() {
    let pools = [WorkerPool(threads: 2), WorkerPool(threads: 2)]
    let tally = Tally(2)
    DispatchQueue.concurrentPerform(iterations: 4) { caller in
      for _ in 0..<50 {
        pools[caller % 2].forEach(3) { _, _ in
          pools[1 - caller % 2].forEach(4) { _, _ in tally.add(caller % 2) }
        }
      }
    }
    #expect(tally.counts == [2 * 50 * 12, 2 * 50 * 12])
  }

  @Test func `two callers get the same sums as one`() {
    let pool = WorkerPool(threads: 3)
    @Sendable func sums() -> [Float] {
      pool.map(40) { row in (1...200).reduce(Float(row)) { $0 + 1 / Float($1 + row) } }
    }
    let alone = sums()
    let both = Mutex<[[Float]]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      for _ in 0..<20 {
        let found = sums()
        both.withLock { $0.append(found) }
      }
    }
    #expect(both.withLock { $0.count } == 40 && both.withLock { $0.allSatisfy { $0 == alone } })
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
