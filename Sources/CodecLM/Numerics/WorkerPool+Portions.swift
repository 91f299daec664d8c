extension WorkerPool {
  /// Seconds that a portion is to take: short enough to show progress and to stop soon.
  private static let secondsPerPortion = 0.5
  /// Results held at once.
  private static let largestPortion = 512

  /// `transform` of each number below `count`, in portions of about half a second, so that the caller can tell how
  /// far it is, and stop: by what `body` throws.
  ///
  /// The portions' sizes depend on the clock; `body` sees each number once, in order, whatever they are.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - most: the largest number in a portion.
  ///   - transform: called on the pool's threads.
  ///   - body: called after each portion with its numbers and their results.
  package func forEachPortion<Result: Sendable>(
    of count: Int, atMost most: Int = .max, _ transform: @Sendable (Int) -> Result,
    then body: (Range<Int>, [Result]) throws -> Void
  ) rethrows {
    let most = min(most, max(threads, Self.largestPortion))
    var (start, size) = (0, min(threads, most))
    let clock = ContinuousClock()
    while start < count {
      let range = start..<min(start + size, count)
      let begin = clock.now
      let results = map(range.count) { transform(range.lowerBound + $0) }
      try body(range, results)
      let seconds = max((clock.now - begin) / .seconds(1), 1e-6)
      start = range.upperBound
      // At most four times as many: the next may be larger than these.
      let fitting = Double(range.count) * min(4, Self.secondsPerPortion / seconds)
      size = min(max(threads, Int(fitting)), most)
    }
  }
}
