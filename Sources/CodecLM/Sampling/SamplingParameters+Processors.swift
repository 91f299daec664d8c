extension SamplingParameters {
  /// The processors in their order: exclusion of the begin token, temperature, top-k, top-p.
  func processors(for tokenizer: Tokenizer) -> [any LogitsProcessor] {
    let begin = ExcludedTokens([tokenizer.beginToken])
    if temperature == 0 { return [begin, Greedy()] }
    var processors: [any LogitsProcessor] = [begin, Temperature(temperature)]
    if let topK { processors.append(TopK(topK)) }
    if let topP { processors.append(TopP(topP)) }
    return processors
  }
}
