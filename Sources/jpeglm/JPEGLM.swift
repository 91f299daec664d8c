import ArgumentParser

@main
struct JPEGLM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jpeglm",
    abstract: "Train language models on JPEG files and let them write new ones.",
    discussion: """
      A model learns nothing but the bytes of small JPEG files, brought into one canonical form: \
      one size, one quality, known tables. What it writes is JPEG files.

        jpeglm train photos --out run --minutes 30
        jpeglm sample run --count 16 --out samples --grid samples.jpg
      """,
    version: "0.1.0",
    subcommands: [
      Train.self, TrainTokenizer.self, Tokenize.self, Sample.self, Score.self, Eval.self,
      Canonicalize.self, Inspect.self, Info.self, Export.self, Bench.self, DrawDigits.self,
    ])
}
