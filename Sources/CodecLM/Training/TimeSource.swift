/// What tells a run the time: seconds that only grow, from any beginning.
package struct TimeSource: Sendable {
  /// The seconds now.
  package let now: @Sendable () -> Double

  /// A source of its own.
  package init(_ now: @escaping @Sendable () -> Double) { self.now = now }

  /// The clock of the system, which goes on while the machine sleeps.
  package static let system: TimeSource = {
    let start = ContinuousClock.now
    return TimeSource { (ContinuousClock.now - start) / .seconds(1) }
  }()
}
