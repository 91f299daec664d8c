/// The files of one call of ``Generator/generate(count:continuing:sampling:seed:)`` in their order; a
/// single pass.
///
/// It is no `Sequence`, as a model may turn out to be of no use while it writes.
public final class GeneratedFiles {
  private let generation: Generation
  private var returned = 0
  private var finished: [Int: GeneratedFile] = [:]

  init(_ generation: Generation) { self.generation = generation }

  /// Tokens decided so far, of all streams, forced ones and prompts' included.
  package var tokens: Int { generation.tokens }

  /// The next file, or `nil` after the last.
  ///
  /// - Parameter check: called whenever something was written; what it throws is thrown.
  /// - Throws: ``LlamaError`` where the model's numbers are not finite.
  package func next(checking check: () throws -> Void) throws -> GeneratedFile? {
    while finished[returned] == nil {
      guard try advance() else { return nil }
      try check()
    }
    return take()
  }

  /// The next file, or `nil` after the last.
  ///
  /// - Throws: ``LlamaError`` where the model's numbers are not finite.
  public func next() throws(LlamaError) -> GeneratedFile? {
    while finished[returned] == nil {
      guard try advance() else { return nil }
    }
    return take()
  }

  /// Takes an event; false after the last.
  private func advance() throws(LlamaError) -> Bool {
    guard let event = try generation.next() else { return false }
    if case .file(let file) = event { finished[file.index] = file }
    return true
  }

  private func take() -> GeneratedFile? {
    defer { returned += 1 }
    return finished.removeValue(forKey: returned)
  }

  /// All files that are left.
  ///
  /// - Throws: as ``next()``.
  public func all() throws(LlamaError) -> [GeneratedFile] {
    var files: [GeneratedFile] = []
    while let file = try next() { files.append(file) }
    return files
  }
}
