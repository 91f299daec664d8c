import Dispatch
import Foundation
import Synchronization

/// Remembers that SIGINT or SIGTERM came, instead of ending the process, so that a loop can end in
/// order.
///
/// A second signal ends the process at once.
package final class Interrupt: Sendable {
  private final class Received: Sendable {
    let number = Atomic<Int>(0)
  }

  /// The signal that came, or 0.
  package var signal: CInt { CInt(received.number.load(ordering: .relaxed)) }

  private let received: Received
  private let sources: Mutex<[any DispatchSourceSignal]>

  package init() {
    let received = Received()
    let sources = [SIGINT, SIGTERM].map { number in
      _ = Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if received.number.exchange(Int(number), ordering: .relaxed) != 0 { _exit(128 + number) }
      }
      source.resume()
      return source
    }
    self.received = received
    self.sources = Mutex(sources)
  }
}
