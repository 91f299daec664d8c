package import CodecLM
import Synchronization

/// A clock that a test moves.
package final class TestClock: Sendable {
  private let seconds = Mutex(0.0)
  /// By how much each look at it moves it.
  private let tick: Double

  package init(tick: Double = 0) { self.tick = tick }

  package var now: Double { seconds.withLock { $0 } }

  package func move(by step: Double) { seconds.withLock { $0 += step } }

  package var source: TimeSource {
    TimeSource { [self] in
      seconds.withLock { seconds in
        seconds += tick
        return seconds
      }
    }
  }
}
