/// The requests of the files of one call of ``Generator/stream(count:continuing:sampling:seed:)``, in the
/// files' order, each made when it is asked for.
struct GenerationRequests: Sendable {
  /// What all streams with one prompt begin with: the tokens that come without a choice, and the constraint
  /// behind them.
  struct Beginning: Sendable {
    let sequence: TokenSequence
    let constraint: StreamConstraint
    /// The partner's prefix.
    let partner: [Int32]?

    /// - Throws: ``CodecError/notCanonical(offset:reason:)`` if the grammar does not allow the prompt.
    init(
      _ prompt: Prompt, _ grammar: (any ByteGrammar)?, _ trie: TokenTrie
    ) throws(CodecError) {
      var constraint = try StreamConstraint(grammar, trie, prompt: prompt)
      sequence = TokenSequence(
        prefix: trie.tokenizer.prefix(prompt.condition),
        body: trie.opening + constraint.takeForced())
      self.constraint = constraint
      partner = prompt.partner.map { trie.tokenizer.prefix($0) }
    }
  }

  let beginnings: [Beginning]
  /// Files of each beginning.
  let repetitions: Int
  let seed: UInt64
  let processors: [any LogitsProcessor]
  let sampling: [any LogitsProcessor]
  let stop: StopRule?

  /// Number of files.
  var count: Int { repetitions * beginnings.count }

  /// Slots that each of them takes at most.
  var slotsPerFile: Int { beginnings.contains { $0.partner != nil } ? 2 : 1 }

  /// A file's place in the order.
  func index(of file: GeneratedFile.ID) -> Int { file.prompt * repetitions + file.number }

  subscript(index: Int) -> (file: GeneratedFile.ID, request: SequenceRequest<StreamConstraint>) {
    let file = GeneratedFile.ID(prompt: index / repetitions, number: index % repetitions)
    let beginning = beginnings[file.prompt]
    var request = SequenceRequest(
      beginning.sequence, beginning.constraint,
      at: DrawAddress(seed: seed, stream: file.stream))
    request.processors = processors
    request.sampling = sampling
    request.partner = beginning.partner
    request.stop = stop
    return (file, request)
  }
}
