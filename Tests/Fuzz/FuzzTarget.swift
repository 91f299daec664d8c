import Foundation

/// A reader of bytes from anywhere.
///
/// What it refuses it refuses with an error; what it takes has the properties that the test states.
struct FuzzTarget {
  /// The one that this process tries.
  nonisolated(unsafe) static var current: FuzzTarget?

  let test: ([UInt8]) -> Void

  static func named(_ name: String) -> FuzzTarget? {
    switch name {
    case "jpeg": pictures()
    case "scan": streams(.scan)
    case "symbols": streams(.symbols)
    case "safetensors": safeTensors()
    case "torch": torch()
    case "tokenizer", "sentencepiece": tokenizer()
    case "config": description("config.json")
    case "codec": description("codec.json")
    case "statistics": statistics()
    case "store": store()
    case "streams": streamStore()
    case "state": trainingState()
    case "metrics": metrics()
    default: nil
    }
  }
}

/// Ends the process where a property does not hold.
func require(_ condition: Bool, _ property: @autoclosure () -> String) {
  if !condition { fatalError("not so: \(property())") }
}

/// Adds a file that is right to the corpus, the folder that `CODECLM_FUZZ_SEEDS` names.
func keepSeed(_ url: URL) {
  guard let folder = ProcessInfo.processInfo.environment["CODECLM_FUZZ_SEEDS"] else { return }
  let copy = URL(fileURLWithPath: folder).appendingPathComponent(url.lastPathComponent)
  try? FileManager.default.removeItem(at: copy)
  try? FileManager.default.copyItem(at: url, to: copy)
}

/// A folder of this process, in the one that `CODECLM_FUZZ_SCRATCH` names.
func scratchFolder() -> URL {
  let parent =
    ProcessInfo.processInfo.environment["CODECLM_FUZZ_SCRATCH"].map { URL(fileURLWithPath: $0) }
    ?? FileManager.default.temporaryDirectory
  let folder = parent.appendingPathComponent("codeclm-fuzz-\(getpid())")
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    fatalError("\(error)")
  }
  return folder
}
