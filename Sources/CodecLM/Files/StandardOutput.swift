import Foundation

/// Standard output, of which no failure goes unseen: the disk may be full, the reader of a pipe may have
/// ended.
package enum StandardOutput {
  /// To be called before anything is opened: the reader's end becomes an error instead of a signal, and a
  /// standard stream that the caller closed does not become the first file that is opened.
  package static func prepare() {
    _ = signal(SIGPIPE, SIG_IGN)
    for (descriptor, mode) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free descriptor is this one. What is only read fails when it is written to.
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// Writes all bytes.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func write(_ bytes: [UInt8]) throws(FileError) {
    guard unsafe Descriptor.write(bytes.span.bytes, to: STDOUT_FILENO) else { throw error() }
  }

  /// Says that nothing more comes.
  ///
  /// Some file systems tell only now that there is no room.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func finish() throws(FileError) {
    if close(STDOUT_FILENO) != 0, errno != EBADF { throw error() }
  }

  private static func error() -> FileError {
    .cannotWrite(path: "standard output", reason: SystemFault(.writing))
  }
}
