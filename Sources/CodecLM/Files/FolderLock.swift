package import Foundation

/// Holds a folder for one owner at a time, as long as this value or its process lives.
///
/// It is a lock of the system (`flock`) on the folder itself: no file is left behind, and a process that was
/// killed holds nothing.
@safe package struct FolderLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Takes the folder.
  ///
  /// - Throws: ``FileError/inUse(path:)`` when another has it, ``FileError/cannotRead(path:reason:)``
  ///   when it cannot be opened.
  package init(_ folder: URL) throws(FileError) {
    let path = folder.path
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: SystemFault(.reading)) }
    // Where the file system has no locks there is nothing to hold.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw .inUse(path: path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
