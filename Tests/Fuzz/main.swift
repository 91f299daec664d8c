import Foundation

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

// Made before libFuzzer reads the corpus, to which the target adds a file.
let name = ProcessInfo.processInfo.environment["CODECLM_FUZZ"] ?? ""
guard let target = FuzzTarget.named(name) else {
  fatalError("CODECLM_FUZZ is \"\(name)\"; Scripts/checks/fuzz names the targets")
}
FuzzTarget.current = target
var count = CommandLine.argc
var words = CommandLine.unsafeArgv
exit(
  runDriver(&count, &words) { start, count in
    FuzzTarget.current?.test(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  })
