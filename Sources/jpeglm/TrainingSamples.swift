import CodecLM
import CodecLMEvaluation
import Foundation

/// Contact sheets of what the model writes while it trains: `samples/step-000500.jpg` in the run's
/// folder, each from the same random numbers, so that they show one picture's way.
struct TrainingSamples {
  /// Streams at a time that there is memory for; 0 makes no sheets.
  var streams: Int

  private let checkpoint: Checkpoint
  private let folder: URL
  private let count: Int
  private let pool: WorkerPool
  private let progress: ProgressLine
  private var due = ContinuousClock.now

  /// Of the time of a run, what the sheets on its way take at most, and the last as much again.
  private static let share = 0.025
  /// Seconds that a sheet may take however short the run is.
  private static let fewestSeconds = 2.0
  private static let mostStreams = 32

  /// - Parameter count: pictures on a sheet; 0 for no sheets.
  init(
    _ run: borrowing TrainingRun, count: Int, pool: WorkerPool, _ progress: ProgressLine
  ) {
    checkpoint = run.checkpoint
    folder = TrainingSheet.folder(of: run.folder)
    self.count = count
    self.pool = pool
    self.progress = progress
    streams = min(count, Self.mostStreams)
  }

  /// Bytes that decoding a sheet takes.
  var memory: Int {
    get throws {
      streams == 0 ? 0 : try Generator(checkpoint, pool: pool).memory(streams: streams)
    }
  }

  /// Seconds that a sheet may take of a run of so many seconds.
  func limit(ofRun seconds: Double) -> Double {
    streams == 0 ? 0 : max(Self.fewestSeconds, Self.share * seconds)
  }

  /// Writes the sheet of a step, unless the last one took so long that it is too soon, in the run's
  /// folder and the log.
  ///
  /// - Parameters:
  ///   - seconds: what the run will take in all.
  ///   - check: called after each step of the streams; what it throws ends the sheet.
  mutating func write(
    step: Int, isLast: Bool, ofRun seconds: Double, _ log: TensorBoardLog?,
    check: () throws -> Void
  ) throws {
    let start = ContinuousClock.now
    guard streams > 0, start >= due || isLast else { return }
    let limit = Duration.seconds(limit(ofRun: seconds))
    var generator = try Generator(checkpoint, pool: pool)
    generator.batch = streams
    let sketches = try generator.sketches(count: count) { [count, progress] finished in
      progress.show("step \(Format.count(step)): \(finished) of \(count) samples written")
      try check()
      return ContinuousClock.now - start > limit
    }
    if sketches.unfinished > 0 {
      let time = Format.duration(limit / .seconds(1))
      progress.note(
        """
        step \(Format.count(step)): \(sketches.unfinished) of \(count) samples on the sheet are not \
        finished; more than \(time) would be too much of the run's time
        """)
    }
    let sheet = ContactSheet().image(of: sketches.pictures)
    try Folders.make(folder)
    let file = try sheet.sheetFile()
    try AtomicFile.write(file, to: folder.appendingPathComponent(TrainingSheet.name(ofStep: step)))
    try log?.add(
      imageFile: file, width: sheet.width, height: sheet.height, name: "samples", step: step)
    let end = ContinuousClock.now
    due = end + (end - start) / Self.share
  }
}
