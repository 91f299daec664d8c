import Dispatch
import Foundation
import Synchronization

/// Remembers that SIGINT or SIGTERM came, instead of ending the process, so that a loop can end in
/// order.
///
/// Another signal ends the process at once, unless it comes within ``Insistence/moment`` of the first:
/// `timeout`, for one, signals its child and then the child's whole group.
package final class Interrupt: Sendable {
  /// Whether signals mean that the process is to end at once.
  package struct Insistence: Sendable {
    /// Seconds in which several signals are one.
    package static let moment = 1.0

    private var first: Double?

    /// No signal so far.
    package init() {}

    /// Counts a signal that came at a time in seconds, and says whether it is one too many.
    package mutating func insists(at seconds: Double) -> Bool {
      guard let first else {
        self.first = seconds
        return false
      }
      return seconds - first >= Self.moment
    }
  }

  private final class Received: Sendable {
    let number = Atomic<Int>(0)
    let insistence = Mutex(Insistence())
  }

  /// The signal that came, or 0.
  package var signal: CInt { CInt(received.number.load(ordering: .relaxed)) }

  private let received: Received
  private let sources: Mutex<[any DispatchSourceSignal]>

  package init() {
    let received = Received()
    let start = ContinuousClock.now
    let sources = [SIGINT, SIGTERM].map { number in
      _ = Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let insists = received.insistence.withLock { $0.insists(at: seconds) }
        if insists { _exit(128 + number) }
        // The first signal is the one that counts.
        _ = received.number.compareExchange(expected: 0, desired: Int(number), ordering: .relaxed)
      }
      source.resume()
      return source
    }
    self.received = received
    self.sources = Mutex(sources)
  }
}
