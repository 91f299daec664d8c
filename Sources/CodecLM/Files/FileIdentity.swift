import Foundation

/// What tells two files apart, whatever leads to them: device and inode.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let node: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }

  /// Of what is at a path, symbolic links followed; `nil` where there is nothing.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe path.withSystemPath({ unsafe stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }
}
