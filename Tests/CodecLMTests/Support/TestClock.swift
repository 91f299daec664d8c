import CodecLM
import Synchronization

/// A clock that a test moves.
final class TestClock: Sendable {
  private let seconds = Mutex(0.0)
  /// By how much each look at it moves it.
  private let tick: Double

  init(tick: Double = 0) { self.tick = tick }

  var now: Double { seconds.withLock { $0 } }

  func move(by step: Double) { seconds.withLock { $0 += step } }

  var source: TimeSource {
    TimeSource { [self] in
      seconds.withLock { seconds in
        seconds += tick
        return seconds
      }
    }
  }
}
