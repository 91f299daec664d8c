/// How a tokenizer is learnt from streams: by byte-pair encoding.
public struct TokenizerRecipe: Sendable, Equatable {
  /// Whether no token reaches from one symbol into the next, in streams that hold symbols.
  public var insideSymbols: Bool
  /// Number of tokens, the 256 bytes and two special tokens included.
  public var vocabulary: Int
  /// The most that it is learnt from.
  package var limits = StreamSample.Limits()

  /// The usual way for streams of a profile: to 320 tokens, the paper's number; to 1,024 inside symbols, which
  /// has a token for all but rare ones, and for videos.
  public init(insideSymbols: Bool, for profile: CodecProfile) {
    self.insideSymbols = insideSymbols
    vocabulary = insideSymbols ? 1_024 : profile.usualVocabulary
  }

  /// The tokenizer that `BytePairTrainer` learns from a sample's streams.
  ///
  /// - Parameters:
  ///   - sample: what to learn from.
  ///   - profile: the streams'.
  /// - Throws: ``CodecError`` where the profile has no codec.
  /// - Precondition: ``vocabulary`` is in 258...``Tokenizer/largestVocabulary``.
  package func tokenizer(
    from sample: StreamSample, _ profile: CodecProfile
  ) throws(CodecError) -> Tokenizer {
    let starts = insideSymbols ? try profile.makeCodec().symbolStarts : ByteSet()
    var trainer = BytePairTrainer(vocabulary: vocabulary)
    for stream in sample.streams {
      var start = 0
      for index in stream.indices.dropFirst() where starts.contains(stream[index]) {
        trainer.append(stream[start..<index])
        start = index
      }
      trainer.append(stream[start...])
    }
    return trainer.train()
  }
}
