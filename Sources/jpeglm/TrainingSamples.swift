import CodecLM
import Foundation

/// Contact sheets of what the model writes while it trains: `samples/step-000500.jpg` in the run's
/// folder, each from the same random numbers, so that they show one picture's way.
struct TrainingSamples {
  private let checkpoint: Checkpoint
  private let folder: URL
  private let count: Int
  private let pool: WorkerPool
  private var due = ContinuousClock.now

  /// Sampling takes at most this share of the time.
  private static let share = 0.05

  /// - Parameter count: pictures on a sheet; 0 for no sheets.
  init(_ run: borrowing TrainingRun, count: Int, pool: WorkerPool) {
    checkpoint = run.checkpoint
    folder = TrainingSheet.folder(of: run.folder)
    self.count = count
    self.pool = pool
  }

  /// Writes the sheet of a step, unless the last one took so long that it is too soon, in the run's
  /// folder and the log.
  mutating func write(step: Int, isLast: Bool, _ log: TensorBoardLog?) throws {
    let start = ContinuousClock.now
    guard count > 0, start >= due || isLast else { return }
    let files = try Generator(checkpoint, pool: pool).generate(count: count).all()
    let sheet = ContactSheet().image(of: files.map(\.picture))
    try Folders.make(folder)
    let file = try sheet.jpegFile()
    try AtomicFile.write(file, to: folder.appendingPathComponent(TrainingSheet.name(ofStep: step)))
    try log?.add(
      imageFile: file, width: sheet.width, height: sheet.height, name: "samples", step: step)
    let end = ContinuousClock.now
    due = end + (end - start) / Self.share
  }
}
