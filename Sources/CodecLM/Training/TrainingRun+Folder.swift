public import Foundation

extension TrainingRun {
  /// Checks that a new run, or a model, would replace nothing in a folder: no run, no model, no file of
  /// somebody's that has one of their names.
  ///
  /// - Parameters:
  ///   - folder: where; it need not exist.
  ///   - mayBeBegun: whether what a run left that was killed before its first checkpoint may be replaced; it
  ///     is known by its store of streams or tokens.
  /// - Throws: ``TrainingError/runExists(path:)``, ``TrainingError/modelExists(path:)``,
  ///   ``TrainingError/taken(path:)``.
  package static func checkIsFree(
    _ folder: URL, orBegun mayBeBegun: Bool = true
  ) throws(TrainingError) {
    if exists(in: folder) { throw .runExists(path: folder.path) }
    guard let names = try? Folders.names(in: folder) else { throw .taken(path: folder.path) }
    if names.contains(where: { $0.hasSuffix(".safetensors") || $0.hasSuffix(".bin") }) {
      throw .modelExists(path: folder.path)
    }
    // Of a run that was killed before its first checkpoint nothing is worth keeping.
    func holds(_ name: String, _ open: (URL) throws -> Void) -> Bool {
      names.contains(name) && (try? open(folder.appendingPathComponent(name))) != nil
    }
    if mayBeBegun,
      holds(RunFolder.store, { _ = try TokenStore($0) })
        || holds(RunFolder.streams, { _ = try StreamStore($0) })
    {
      return
    }
    let metrics = MetricsFile.url(in: folder)
    let own = RunFolder.parts.union(Checkpoint.descriptionNames).union([metrics.lastPathComponent])
    if let name = names.sorted().first(where: own.contains) {
      throw .taken(path: folder.appendingPathComponent(name).path)
    }
  }

  /// Takes a run's folder, made now if it is not there, and clears away what a killed process left in it.
  ///
  /// - Throws: ``FileError``.
  package static func claim(_ folder: URL) throws(FileError) -> FolderLock {
    try Folders.make(folder)
    let lock = try FolderLock(folder)
    for place in [folder, TrainingSheet.folder(of: folder)] {
      AtomicFile.removeAbandoned(in: place.path)
    }
    return lock
  }

  /// Whether a folder holds a run that could be resumed.
  public static func exists(in folder: URL) -> Bool { !checkpoints(in: folder).isEmpty }
}
