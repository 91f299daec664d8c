/// The files of one call of ``Generator/generate(count:continuing:sampling:seed:)`` in their order; a
/// single pass.
public final class GeneratedFiles: Sequence, IteratorProtocol {
  private let generation: Generation
  private var returned = 0
  private var finished: [Int: GeneratedFile] = [:]

  init(_ generation: Generation) { self.generation = generation }

  /// Tokens decided so far, of all streams, forced ones and prompts' included.
  public var tokens: Int { generation.tokens }

  /// The next file, or `nil` after the last.
  public func next() -> GeneratedFile? {
    while finished[returned] == nil {
      guard let event = generation.next() else { return nil }
      if case .file(let file) = event { finished[file.index] = file }
    }
    defer { returned += 1 }
    return finished.removeValue(forKey: returned)
  }
}
