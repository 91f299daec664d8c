import Foundation

/// What the program was called with.
package enum Arguments {
  /// The arguments behind the program's name, with bytes that are not UTF-8 as in file names.
  package static var all: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return unsafe String(
        fileName: UnsafeBufferPointer(start: argument, count: strlen(argument)).map {
          UInt8(bitPattern: $0)
        })
    }
  }
}
