/// The files of one call of ``Generator/generate(count:sampling:seed:)``; a single pass.
public final class GeneratedFiles: Sequence, IteratorProtocol {
  /// Tokens drawn so far, of all streams.
  public private(set) var tokens = 0

  private struct Stream {
    let index: Int
    var tokens: [Int32] = []
    var constraint: GrammarConstraint?
  }

  private let generator: Generator
  private var decoder: LlamaDecoder
  private let tokenizer: Tokenizer
  private let processors: [any LogitsProcessor]
  private let seed: UInt64
  private let count: Int
  private var slots: [Stream?]
  private var started = 0
  private var returned = 0
  private var finished: [Int: GeneratedFile] = [:]

  init(
    _ generator: Generator, _ decoder: consuming LlamaDecoder, count: Int, sampling: Sampling,
    seed: UInt64
  ) {
    self.generator = generator
    slots = Array(repeating: nil, count: decoder.slots)
    self.decoder = decoder
    tokenizer = generator.checkpoint.tokenizer
    processors = sampling.processors(for: generator.checkpoint.tokenizer)
    self.seed = seed
    self.count = count
  }

  /// The next file, or `nil` after the last.
  public func next() -> GeneratedFile? {
    guard returned < count else { return nil }
    while finished[returned] == nil { advance() }
    defer { returned += 1 }
    return finished.removeValue(forKey: returned)
  }

  /// One token for every stream.
  private func advance() {
    for slot in slots.indices where slots[slot] == nil && started < count {
      slots[slot] = Stream(
        index: started,
        constraint: generator.isConstrained
          ? GrammarConstraint(generator.codec.makeGrammar(), tokenizer) : nil)
      decoder.reset(slot: slot)
      started += 1
    }
    let inputs = slots.indices.compactMap { slot in
      slots[slot].map {
        LlamaDecoder.Input(slot: slot, token: $0.tokens.last ?? tokenizer.beginToken)
      }
    }
    let logits = decoder.advance(inputs)
    for (row, input) in inputs.enumerated() {
      guard var stream = slots[input.slot] else { continue }
      slots[input.slot] = nil
      let token = draw(logits, row, for: stream)
      tokens += 1
      let isEnded = token == tokenizer.endToken
      if !isEnded {
        stream.tokens.append(token)
        stream.constraint?.advance(token)
      }
      if isEnded || decoder.count(slot: input.slot) == decoder.capacity {
        finished[stream.index] = generator.file(stream.index, stream.tokens, isEnded: isEnded)
      } else {
        slots[input.slot] = stream
      }
    }
  }

  private func draw(_ logits: Matrix, _ row: Int, for stream: Stream) -> Int32 {
    if let forced = stream.constraint?.forced { return forced }
    logits.withMutableRow(row) { logits in
      stream.constraint?.process(&logits)
      for processor in processors { processor.process(&logits) }
    }
    var random = RandomStream(
      seed: seed, stream: UInt64(stream.index), step: UInt32(stream.tokens.count))
    let uniform = random.uniform()
    return logits.withRow(row) { Sampling.draw($0, at: uniform) }
  }
}
