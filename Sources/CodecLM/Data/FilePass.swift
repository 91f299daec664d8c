/// How far a pass over files has come.
public struct FileProgress: Equatable, Sendable {
  /// Files done, skipped ones included.
  public internal(set) var done: Int
  /// Files of the pass; training images count twice where they are mirrored.
  public internal(set) var total: Int
  /// Files skipped so far.
  public internal(set) var skipped: Int
}

/// One pass over files: each is read and transformed on a pool's threads, in portions of about half a
/// second.
///
/// A file that cannot be read or transformed is skipped and listed, or ends the pass if it is strict.
/// Results come in the files' order, whatever the number of threads.
package struct FilePass {
  /// One file.
  package struct File: Sendable {
    /// What it is called where it is skipped.
    package let name: String
    /// Where it is.
    package let path: String

    package init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// Files that could not be used, in their order.
  package private(set) var skipped: [SkippedFile]
  /// Files of the pass.
  package var total: Int
  private var done = 0
  private let isStrict: Bool
  private let pool: WorkerPool
  private let reason: @Sendable (any Error) -> String

  /// A pass that has seen no file.
  ///
  /// - Parameters:
  ///   - total: files that are to come.
  ///   - skipped: files that were skipped before.
  ///   - isStrict: whether a file that cannot be used ends the pass.
  ///   - pool: threads to read and transform with.
  ///   - reason: why a file was skipped, from what reading or transforming it threw; by default without the
  ///     path of the file.
  /// - Throws: the first of `skipped` if the pass is strict.
  package init(
    total: Int, skipped: [SkippedFile] = [], isStrict: Bool = false, pool: WorkerPool,
    reason: @escaping @Sendable (any Error) -> String = { ($0 as? FileError)?.reason ?? "\($0)" }
  ) throws(SkippedFile) {
    if isStrict, let file = skipped.first { throw file }
    self.total = total
    self.skipped = skipped
    self.isStrict = isStrict
    self.pool = pool
    self.reason = reason
  }

  /// Reads and transforms files.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - most: the largest number of files in a portion.
  ///   - file: the file of a number below `count`.
  ///   - transform: what is made of a file's bytes; called on the pool's threads.
  ///   - skip: called for each file that is skipped.
  ///   - body: called after each portion with what was made, and the files' numbers, ascending.
  ///   - progress: called after `body`.
  /// - Throws: the first ``SkippedFile`` of a strict pass, and what `body` and `progress` throw.
  package mutating func map<Output: Sendable>(
    _ count: Int, atMost most: Int = .max, of file: @Sendable (Int) -> File,
    _ transform: @Sendable (_ file: [UInt8], _ index: Int) throws -> Output,
    skipping skip: (SkippedFile) -> Void = { _ in },
    then body: ([(index: Int, output: Output)]) throws -> Void,
    progress: (FileProgress) throws -> Void = { _ in }
  ) throws {
    try pool.forEachPortion(of: count, atMost: most) { index in
      Result { try transform(FileBytes.read(file(index).path), index) }
    } then: { range, results in
      var outputs: [(index: Int, output: Output)] = []
      for (index, result) in zip(range, results) {
        switch result {
        case .success(let output): outputs.append((index, output))
        case .failure(let error):
          let file = SkippedFile(path: file(index).name, reason: reason(error))
          if isStrict { throw file }
          skip(file)
          skipped.append(file)
        }
      }
      try body(outputs)
      done += range.count
      try progress(FileProgress(done: done, total: total, skipped: skipped.count))
    }
  }
}
