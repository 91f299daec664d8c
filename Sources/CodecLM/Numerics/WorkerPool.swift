internal import CKernels
import Foundation
import Synchronization

/// Threads that share the iterations of a loop.
///
/// The calling thread works too, as worker 0. Iterations are claimed one at a time, so a result must
/// not depend on which worker ran which iteration; it may use the worker's number to pick scratch
/// memory. Idle workers spin for some tens of microseconds, the gap between two loops of a training
/// step, and then sleep.
///
/// - Invariant: `body` and `count` of a `Job` are written by the caller before `left` is raised
///   and stay until `pending` is zero; a worker reads them only after it has claimed an iteration.
public final class WorkerPool: Sendable {
  /// One worker for each processor this process may use.
  public static let shared = WorkerPool(threads: ProcessInfo.processInfo.activeProcessorCount)

  /// Number of workers, the calling thread included.
  public let threads: Int

  private let job = Job()

  /// Starts `threads − 1` threads; they end with the pool.
  ///
  /// - Parameter threads: at least 1.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool of \(threads) threads")
    self.threads = threads
    for worker in 1..<max(threads, 1) {
      let thread = Thread { [job] in job.serve(worker) }
      thread.name = "codeclm-\(worker)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  deinit {
    job.stop()
  }

  /// Calls `body(index, worker)` once for each index in `0..<count`, in any order, and returns when
  /// all calls have returned.
  ///
  /// `worker` is in `0..<threads`, and two calls that run at once have different workers.
  ///
  /// While another thread uses the pool, a call waits for its turn; those that wait get it in the order
  /// in which they came. A call from inside a loop's `body` never waits, so that loops cannot wait for
  /// each other: if the pool is in use, it runs its iterations on the calling thread alone, as worker 0.
  ///
  /// - Precondition: `body` does not wait for a thread that may be waiting for this pool.
  package func forEach(_ count: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    guard count > 1, threads > 1, job.turns.take(orLeave: codeclm_loop_depth() > 0) else {
      for index in 0..<max(count, 0) { body(index, 0) }
      return
    }
    defer { job.turns.give() }
    withoutActuallyEscaping(body) { body in
      job.run(count, body)
    }
  }

  /// The results of `body` for each index in `0..<count`, in order.
  package func map<Element: Sendable>(
    _ count: Int, _ body: @Sendable (_ index: Int) -> Element
  ) -> [Element] {
    map(count) { index, _ in body(index) }
  }

  /// The results of `body` for each index in `0..<count`, in order; `worker` is as in
  /// ``forEach(_:_:)``.
  package func map<Element: Sendable>(
    _ count: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Element
  ) -> [Element] {
    unsafe [Element](unsafeUninitializedCapacity: count) { slots, initialized in
      let base = unsafe SendablePointer(slots.baseAddress)
      forEach(count) { index, worker in
        unsafe base.pointer?.advanced(by: index).initialize(to: body(index, worker))
      }
      initialized = count
    }
  }
}

@unsafe private struct SendablePointer<Element>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>?
  init(_ pointer: UnsafeMutablePointer<Element>?) { unsafe self.pointer = pointer }
}

private final class Job: @unchecked Sendable {
  /// The callers' turns.
  let turns = Turns()

  private var body: (@Sendable (Int, Int) -> Void)?
  private var count = 0
  private let left = Atomic<Int>(0)
  private let pending = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let wake = NSCondition()

  private static let spins = 20_000

  func run(_ count: Int, _ body: @escaping @Sendable (Int, Int) -> Void) {
    self.body = body
    self.count = count
    pending.store(count, ordering: .relaxed)
    left.store(count, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      wake.lock()
      wake.broadcast()
      wake.unlock()
    }
    codeclm_enter_loop()
    while claimAndRun(worker: 0) {}
    codeclm_leave_loop()
    var spun = 0
    while pending.load(ordering: .acquiring) > 0 {
      spun += 1
      if spun < Self.spins { codeclm_cpu_relax() } else { sched_yield() }
    }
    self.body = nil
  }

  func serve(_ worker: Int) {
    codeclm_enter_loop()
    var spun = 0
    while !stopped.load(ordering: .relaxed) {
      if claimAndRun(worker: worker) {
        spun = 0
      } else if spun < Self.spins {
        spun += 1
        codeclm_cpu_relax()
      } else {
        sleep()
        spun = 0
      }
    }
  }

  func stop() {
    wake.lock()
    stopped.store(true, ordering: .relaxed)
    wake.broadcast()
    wake.unlock()
  }

  private func claimAndRun(worker: Int) -> Bool {
    var seen = left.load(ordering: .relaxed)
    while seen > 0 {
      let (won, current) = left.compareExchange(
        expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
      if won {
        body?(count - seen, worker)
        pending.subtract(1, ordering: .releasing)
        return true
      }
      seen = current
    }
    return false
  }

  private func sleep() {
    wake.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while left.load(ordering: .sequentiallyConsistent) == 0, !stopped.load(ordering: .relaxed) {
      wake.wait()
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    wake.unlock()
  }
}

/// Turns at something, in the order in which they are asked for.
private final class Turns: Sendable {
  /// The number of the next turn that is asked for.
  private let next = Atomic<Int>(0)
  /// The number of the turn that is running, or that runs as soon as it is asked for.
  private let current = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let wake = NSCondition()

  private static let spins = 2_000

  /// Waits for a turn, or if there is one to wait for and `leaves` says so, does without.
  ///
  /// - Returns: whether the turn is the caller's, who must ``give()`` it.
  func take(orLeave leaves: Bool) -> Bool {
    let free = current.load(ordering: .acquiring)
    if next.compareExchange(expected: free, desired: free + 1, ordering: .acquiring).exchanged {
      return true
    }
    if leaves { return false }
    let mine = next.add(1, ordering: .relaxed).oldValue
    for _ in 0..<Self.spins {
      if current.load(ordering: .acquiring) == mine { return true }
      codeclm_cpu_relax()
    }
    wake.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while current.load(ordering: .sequentiallyConsistent) != mine { wake.wait() }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    wake.unlock()
    return true
  }

  /// Hands over to whoever waits longest.
  func give() {
    current.add(1, ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    wake.lock()
    wake.broadcast()
    wake.unlock()
  }
}
