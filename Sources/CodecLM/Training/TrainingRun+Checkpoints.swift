public import Foundation

extension TrainingRun {
  private static let checkpointsFolder = "checkpoints"
  private static let bestName = RunFolder.best
  static let stateFile = "training.json"
  static let momentsFile = "optimizer.safetensors"

  /// What a folder is called that is being written.
  private static func temporary(_ name: String) -> String { ".\(name).tmp" }

  /// Where a run keeps the model of its ``best`` validation: a ``Checkpoint`` like any other.
  public static func bestFolder(of run: URL) -> URL { run.appendingPathComponent(bestName) }

  /// Where a run keeps the checkpoint of a step.
  private static func checkpoint(_ step: Int, in folder: URL) -> URL {
    folder.appendingPathComponent(checkpointsFolder)
      .appendingPathComponent(StepName.checkpoint.text(step))
  }

  /// The folders of complete checkpoints, oldest first.
  static func checkpoints(in folder: URL) -> [URL] {
    let parent = folder.appendingPathComponent(checkpointsFolder)
    let names = (try? Folders.names(in: parent)) ?? []
    return names.compactMap(StepName.checkpoint.step).sorted().map { checkpoint($0, in: folder) }
  }

  /// The folder of the newest complete checkpoint.
  static func newestCheckpoint(in folder: URL) throws(TrainingError) -> URL {
    guard let newest = checkpoints(in: folder).last else {
      throw .nothingToResume(path: folder.path)
    }
    return newest
  }

  /// A file of a checkpoint, whose checksum is right.
  static func opened(_ name: String, of checkpoint: URL) throws -> SafeTensors {
    do {
      return try SafeTensors(checkpoint.appendingPathComponent(name))
    } catch FileError.malformed(let path, let reason) {
      throw FileError.malformed(
        path: path, reason: DamagedCheckpoint(fault: reason, checkpoint: checkpoint.path))
    }
  }

  /// Writes a checkpoint, makes it the folder's own, and removes old ones.
  ///
  /// - Parameter report: told before; what it throws is thrown when the checkpoint is on disk.
  mutating func save(_ report: (Event) throws -> Void) throws {
    let told = Result { try report(.saving(step: trainer.state.step)) }
    // A run that is killed goes on from here, and has no lines of what was before it.
    try metrics.flush()
    let final = Self.checkpoint(trainer.state.step, in: folder)
    let parent = final.deletingLastPathComponent()
    let temporary = parent.appendingPathComponent(Self.temporary(final.lastPathComponent))
    // Killed processes leave theirs.
    for name in try Folders.names(in: parent) {
      let step = StepName.checkpoint.step(String(name.dropFirst().dropLast(4)))
      guard let step, name == Self.temporary(StepName.checkpoint.text(step)) else { continue }
      Folders.removeTree(parent.appendingPathComponent(name).path)
    }
    try Folders.make(temporary)
    do {
      try checkpoint.writeWeights(
        to: temporary.appendingPathComponent(Checkpoint.weightsFile))
      try SafeTensors.write(
        [("first.", trainer.optimizer.first), ("second.", trainer.optimizer.second)],
        checkpoint.model.layout.buffer,
        to: temporary.appendingPathComponent(Self.momentsFile))
      try RunRecord(
        trainer: trainer.options, run: options, state: trainer.state, best: best,
        dataKey: data.key
      ).write(to: temporary.appendingPathComponent(Self.stateFile))
      Folders.removeTree(final.path)
      try Folders.rename(temporary, to: final)
    } catch {
      Folders.removeTree(temporary.path)
      throw error
    }
    try Self.publish(final, in: folder)
    if best?.step == trainer.state.step { try Self.keep(final, checkpoint, in: folder) }
    for old in Self.checkpoints(in: folder).dropLast(max(options.keep, 1)) {
      Folders.removeTree(old.path)
    }
    last = trainer.state
    try told.get()
  }

  /// Makes a checkpoint's parameters those of the best model's folder, which appears whole.
  private static func keep(_ saved: URL, _ checkpoint: Checkpoint, in folder: URL) throws {
    let best = bestFolder(of: folder)
    if FolderListing.kind(of: best.appendingPathComponent(Checkpoint.weightsFile).path) != .missing
    {
      // The rest of a run's model never changes.
      return try publish(saved, in: best)
    }
    if FolderListing.kind(of: best.path) != .missing {
      try checkpoint.writeDescription(to: best)
      return try publish(saved, in: best)
    }
    let temporary = folder.appendingPathComponent(temporary(bestName))
    Folders.removeTree(temporary.path)
    try checkpoint.writeDescription(to: temporary)
    try publish(saved, in: temporary)
    try Folders.rename(temporary, to: best)
  }

  /// The best validation that a checkpoint speaks of, if its model is there, or can be made from a
  /// checkpoint whose writer was killed before.
  static func kept(
    _ best: Best?, _ checkpoint: Checkpoint, in folder: URL
  ) throws -> Best? {
    guard let best else { return nil }
    let saved = Self.checkpoint(best.step, in: folder)
    if FolderListing.kind(of: saved.path) == .folder {
      try keep(saved, checkpoint, in: folder)
      return best
    }
    let weights = bestFolder(of: folder).appendingPathComponent(Checkpoint.weightsFile)
    return FolderListing.kind(of: weights.path) == .missing ? nil : best
  }

  /// Makes a checkpoint's parameters the folder's own, by a second name for the same file.
  static func publish(_ checkpoint: URL, in folder: URL) throws {
    try Folders.link(
      checkpoint.appendingPathComponent(Checkpoint.weightsFile),
      to: folder.appendingPathComponent(Checkpoint.weightsFile))
  }
}
