import CodecLM
import CodecLMEvaluation
import Foundation

/// Resident memory in KiB and open file descriptors of this process.
func use() -> (memory: Int, descriptors: Int) {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
  let memory = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  return (memory, open)
}

/// Writes a line at once, also where the output is a file.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

let arguments = CommandLine.arguments
guard arguments.count >= 4, let minutes = Double(arguments[1]) else {
  fatalError("usage: Soak MINUTES PHOTOS FOLDER [WEIGHTS]")
}
let network: (any FeatureNetwork)? =
  arguments.count > 4
  ? try EfficientNetLite0(weights: URL(fileURLWithPath: arguments[4])) : nil
let round = Round(
  photos: try MediaFolder(arguments[2]), folder: URL(fileURLWithPath: arguments[3]),
  network: network)
let end = ContinuousClock.now + .seconds(minutes * 60)
var uses: [(memory: Int, descriptors: Int)] = []
while ContinuousClock.now < end || uses.count < 8 {
  try round.go()
  uses.append(use())
  if uses.count.nonzeroBitCount == 1 || uses.count % 100 == 0 {
    let (memory, descriptors) = uses[uses.count - 1]
    say("round \(uses.count): \(memory) KiB, \(descriptors) descriptors")
  }
}
// The first quarter warms up; what then grows goes on growing.
let quarter = uses.count / 4
let (early, late) = (uses[quarter..<2 * quarter], uses[(3 * quarter)...])
let before = early.map(\.memory).max() ?? 0
let after = late.map(\.memory).max() ?? 0
say("\(uses.count) rounds: at most \(before) KiB in their second quarter, \(after) in the last")
guard after <= before + before / 20, early.map(\.descriptors).max() == late.map(\.descriptors).max()
else {
  say("memory or descriptors grow")
  exit(1)
}
say("memory and descriptors are flat")
