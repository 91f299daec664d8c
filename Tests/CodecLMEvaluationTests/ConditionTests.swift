import CodecLM
import CodecLMEvaluation
import TestSupport
import Testing

/// A label in front of a picture, from the store to the file.
@Suite struct ConditionTests {
  /// Labels are tokens behind the tokenizer's, for which the model has room.
  private static let firstLabel: Int32 = 258
  private static let context = 64

  @Test func `a model writes the picture of the label that it is given, and finds it likely`()
    throws
  {
    try withTemporaryFolder { folder in
      // One of three pictures is held out.
      let pictures = try TinyRun.store(3, in: folder)
      func label(_ image: Int) -> [Int32] { [Self.firstLabel + Int32(image)] }
      let data = pictures.conditioned(on: label)
      let learnt = Array(data.trainingIndices.prefix(2))
      let model = try Llama(
        TestModels.configuration(vocabulary: 261, context: Self.context), seed: 1)
      var options = Trainer.Options(
        budget: .steps(120), context: Self.context, learningRate: 1e-2)
      options.batch = 2
      var trainer = try Trainer(model, data, options)
      try trainer.run { _ in }

      let checkpoint = Checkpoint(model, data.tokenizer, TinyRun.profile)
      let streams = learnt.map { data.tokens(of: $0).map { UInt8($0) } }
      let generator = try Generator(checkpoint)
      let prompts = learnt.map { image in
        var prompt = Prompt.empty
        prompt.condition = label(image)
        return prompt
      }
      let files = try generator.generate(count: 1, continuing: prompts, sampling: .greedy).all()
      #expect(files.map(\.canonical) == streams)

      let scorer = try Scorer(checkpoint)
      let right = try scorer.scores(of: streams, conditions: learnt.map(label))
      let wrong = try scorer.scores(of: streams, conditions: learnt.reversed().map(label))
      for (index, stream) in streams.enumerated() {
        #expect(right[index].tokenBits.count == stream.count + 1)
        #expect(10 * right[index].bits < wrong[index].bits)
      }
      let rounded = try Scorer(checkpoint, weights: .bf16)
        .scores(of: streams, conditions: learnt.map(label))
      #expect(rounded.map(\.tokenBits.count) == right.map(\.tokenBits.count))
    }
  }
}
