/// What happens while files are made.
public enum GenerationEvent: Sendable {
  /// A stream goes on by these bytes; its first are those of its prompt.
  case bytes([UInt8], of: GeneratedFile.ID)
  /// A file is finished.
  case file(GeneratedFile)
}

/// The events of one call of ``Generator/stream(count:continuing:sampling:seed:)``, in the order in
/// which they happen; a single pass.
///
/// It is no `Sequence`, as a model may turn out to be of no use while it writes.
/// The order of different files' events depends on ``Generator/batch``, the files do not.
public final class Generation {
  /// Tokens decided so far, of all streams, forced ones and prompts' included.
  package private(set) var tokens = 0

  private var engine: DecodingEngine<StreamConstraint>
  private let requests: GenerationRequests
  private let generator: Generator
  private var started = 0
  private var running: [SequenceID: GeneratedFile.ID] = [:]
  /// The next last.
  private var events: [GenerationEvent] = []

  init(
    _ generator: Generator, _ engine: consuming DecodingEngine<StreamConstraint>,
    _ requests: GenerationRequests
  ) {
    self.generator = generator
    self.requests = requests
    self.engine = engine
  }

  /// The next event, or `nil` after the last.
  ///
  /// - Throws: ``LlamaError`` where the model's numbers are none, then and ever after.
  public func next() throws(LlamaError) -> GenerationEvent? {
    while events.isEmpty {
      submit()
      guard engine.isBusy else { return nil }
      events = try engine.step().flatMap(told).reversed()
    }
    return events.popLast()
  }

  /// Asks for files as there is room for them, so that no more are held than are being made.
  private func submit() {
    while started < requests.count {
      let (file, request) = requests[started]
      guard engine.freeSlots >= request.slots else { return }
      running[engine.submit(request)] = file
      started += 1
    }
  }

  /// What an event of a sequence of tokens is to its file.
  private func told(_ event: DecodingEvent<StreamConstraint>) -> [GenerationEvent] {
    switch event {
    case .tokens(let new, _, let id):
      tokens += new.count
      guard let file = running[id] else { return [] }
      let bytes = new.flatMap { generator.checkpoint.tokenizer.bytes(of: $0) }
      return bytes.isEmpty ? [] : [.bytes(bytes, of: file)]
    case .finished(let sequence):
      guard let file = running.removeValue(forKey: sequence.id) else { return [] }
      return [.file(generator.file(file, index: requests.index(of: file), sequence))]
    }
  }
}
