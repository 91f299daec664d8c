import ArgumentParser
import CodecLM

extension Interrupt {
  /// - Throws: the exit code of the signal that came, if one did.
  func check() throws {
    if signal != 0 { throw ExitCode(128 + signal) }
  }
}
