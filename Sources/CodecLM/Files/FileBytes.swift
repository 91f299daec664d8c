import Foundation

/// Reads whole files.
package enum FileBytes {
  /// The bytes of the regular file at `path`, copied.
  ///
  /// A copy, where `MappedFile` would do without, because a user's own file may be truncated by
  /// somebody else while it is read, and that ends a process that has it mapped.
  ///
  /// - Parameter limit: the largest number of bytes to read; a larger file is an error. By default
  ///   1 GiB: above any picture, below what would exhaust memory.
  /// - Throws: ``FileError/cannotRead(path:reason:)``, ``FileError/pointer(path:)``.
  package static func read(_ path: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw error(path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw error(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotRead(path: path, reason: PlaceFault.notRegular)
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw .cannotRead(path: path, reason: PlaceFault.tooLarge(bytes: size, limit: limit))
    }
    var failed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = unsafe Foundation.read(
          descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
        if count > 0 {
          filled += count
        } else if count == 0 {
          break
        } else if errno != EINTR {
          failed = true
          break
        }
      }
    }
    if failed { throw error(path) }
    if isPointer(bytes) { throw .pointer(path: path) }
    return bytes
  }

  /// Whether a file's bytes are a pointer of Git LFS (git-lfs, docs/spec.md): some lines, of which the
  /// first names the version.
  static func isPointer(_ bytes: [UInt8]) -> Bool {
    bytes.count < largestPointer && bytes.starts(with: pointerVersion)
  }

  static let largestPointer = 1_024
  private static let pointerVersion = Array("version https://git-lfs.github.com/spec/".utf8)

  private static func error(_ path: String) -> FileError {
    .cannotRead(path: path, reason: SystemFault(.reading))
  }
}
