import CodecLM
import Foundation

let photos = try MediaFolder(URL(fileURLWithPath: CommandLine.arguments[1]))
let run = URL(fileURLWithPath: CommandLine.arguments[2])

let profile = CodecProfile.jpeg(JPEGProfile(size: 16, quality: 25, subsampling: .grayscale))
let data = try TokenStore.build(
  from: photos, profile, at: run.appendingPathComponent("images.tokens"))
let context = data.suggestedContext
let model = try Llama(
  .preset(.nano, vocabulary: data.tokenizer.count, contextLength: context), seed: 0)
var trainer = try Trainer(model, data, .init(budget: .steps(150), context: context))
try trainer.run { if $0.step % 50 == 0 { print("step \($0.step), loss \($0.loss)") } }
try Checkpoint(model, data.tokenizer, profile).write(to: run)

let images = try Generator(loading: run).generate(count: 8, sampling: SamplingParameters(topP: 0.9))
while let image = try images.next() {
  if case .success = image.result { try image.write(to: run) }
}
