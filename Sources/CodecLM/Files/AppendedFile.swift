import Foundation

/// A file that grows at its end.
package enum AppendedFile {
  /// Adds bytes at the end of the file at `path`, which is made if it is not there.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  package static func append(_ bytes: [UInt8], path: String) throws(FileError) {
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
    defer { close(descriptor) }
    guard unsafe Descriptor.write(bytes.span.bytes, to: descriptor) else {
      throw .cannotWrite(path: path, reason: SystemFault(.writing))
    }
  }
}
