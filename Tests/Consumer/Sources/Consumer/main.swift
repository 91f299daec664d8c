import CodecLM
import Foundation

let photos = try MediaFolder(URL(fileURLWithPath: CommandLine.arguments[1]))
let run = URL(fileURLWithPath: CommandLine.arguments[2])

var plan = TrainingPlan(for: photos)
(plan.shape, plan.budget) = (.preset(.nano), .steps(150))
try plan.run(in: run) { event in
  if case .run(.step(let step)) = event, step.step % 50 == 0 { print(step.step, step.loss) }
}

let images = try Generator(loading: run).generate(count: 8, sampling: SamplingParameters(topP: 0.9))
while let image = try images.next() {
  if case .success = image.result { try image.write(to: run) }
}
